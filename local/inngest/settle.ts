import { decodeTime } from 'ulid';
import type { Core } from './core.ts';
import { type AnySql, rowsOf } from './database.ts';
import { createEvent, type Payload, withoutEmptyUser } from './event.ts';
import { awaitedKey, compileExpression } from './expression.ts';
import { createJob, insertJobs, type Job, OPS } from './job.ts';
import { canonicalJson, MAX_NAME, parseInstantMs, YEAR_MS } from './protocol.ts';
import { takeEvents } from './start-runs.ts';

/** A step's result as the SDK gets it back in `steps`: canonical JSON, written once and never replaced. */
export type StepResult = { id: string; op: string; name: string; memo: string; began_at: Date | null };
/** An open step: `name` is the SDK's argument (duration, event name), `label` what a reader calls the step. */
export type Op = { id: string; op: string; name: string; label: string; opts: Record<string, unknown> };
type End = { end: 'completed' | 'failed' | 'cancelled'; result: string };

/** What something that happened (an answer, an event, a time that is over) means for a run. */
export type Outcome = {
  results: StepResult[];
  planned?: Op[];
  version?: number;
  /** Absent, the function is called again as soon as nothing else of its group is open. */
  next?: { error: string; retryAt?: number } | End;
};

/** An answer that changes nothing (no result, no step, all known already) asks again, but not in a tight loop. */
const ASK_AGAIN_MS = 1000;
export const CANCELLED: End = { end: 'cancelled', result: 'null' };

/** The row's own step is done: this is its result. */
export function stepDone({ kind, step_id, name, id }: Job, memo: string): Outcome {
  const op = OPS[kind as keyof typeof OPS] ?? 'StepRun';
  return { results: [{ id: step_id, op, name, memo, began_at: new Date(decodeTime(id)) }] };
}

/** Applies what happened to a run in one commit. Gives the rows to hand over. */
export async function settle(core: Core, job: Job, outcome: Outcome): Promise<Job[]> {
  const { next } = outcome;
  if (job.kind === 'call' && next && 'end' in next && (await endQuickly(core, job, outcome.results, next)))
    return [];
  return core.sql.begin((tx) => apply(core, tx, job, outcome)) as Promise<Job[]>;
}

/**
 * The whole state machine of a run, under its lock: results, then the end, another attempt, open steps, or the next
 * call. Does nothing if the row is gone (the run ended, the step was answered) or was taken over.
 */
export async function apply(core: Core, tx: AnySql, job: Job, outcome: Outcome): Promise<Job[]> {
  const { results, planned = [], next, version = job.version } = outcome;
  // The lock first and the look second, sent together: a look in the same statement would see the state before the lock.
  const [, rows] = await Promise.all([
    tx`select from runs where id = ${job.run_id} for update`,
    tx<Job[]>`select id, kind, step_id, locked_by, generation, at from queue where run_id = ${job.run_id}`,
  ]);
  if (rows.find((row) => row.id === job.id)?.generation !== job.generation) return [];
  if (
    job.kind === 'timeout' &&
    job.name === 'finish' &&
    rows.some((row) => row.kind === 'call' && row.locked_by)
  ) {
    // The call under way may still end the run; its answer sees the deadline.
    await tx`update queue set locked_by = null, due_at = now() + interval '1 year' where id = ${job.id}`;
    return [];
  }
  if (results.length > 0)
    await tx`
      insert into steps (run_id, id, op, name, memo, began_at)
      select ${job.run_id}, id, op, name, memo, began_at from ${rowsOf(tx, 'steps', results)} on conflict do nothing`;
  if (next && 'end' in next) return endRun(core, tx, job, next);
  if (rows.some(({ kind, at }) => kind === 'timeout' && at && at <= new Date()))
    return endRun(core, tx, job, CANCELLED);
  if (next) {
    const due_at = new Date(next.retryAt ?? Date.now() + core.backoffMs(job.attempt));
    await tx`
      update queue set attempt = attempt + 1, generation = generation + 1, version = ${version}, due_at = ${due_at},
        locked_by = null, error = ${next.error} where id = ${job.id}`;
    return [{ ...job, due_at, locked_by: null }];
  }
  const done = results.map(({ id }) => id);
  await tx`delete from queue where id = ${job.id} or (run_id = ${job.run_id} and step_id = any(${done}))`;
  const opened = await openSteps(core, tx, { ...job, version }, planned);
  if (opened.length > 0) return opened;
  const others = rows.some(
    ({ id, kind, step_id }) =>
      !['timeout', 'cancel'].includes(kind) && id !== job.id && !done.includes(step_id),
  );
  // Only when the last of a parallel group is done; old SDK answers (version 1) and races want a call after each.
  if (others && version !== 1 && !job.race) return [];
  const call = createJob(job, { version });
  call.plan_only = job.plan_only && (job.kind === 'call' ? version === 1 : job.kind === 'sleep' && !job.race);
  // The slot of a concurrency key stays with the run while it goes straight on.
  if (job.kind !== 'call') call.locked_by = core.lockFor(call.keys);
  else if (done.length > 0) call.locked_by = core.runnerId;
  else call.due_at = new Date(Date.now() + ASK_AGAIN_MS);
  await insertJobs(tx, [call]);
  return [call];
}

/**
 * The usual end, as one statement: no listener, no invoker. Says false if the slow way is needed, among other things
 * because a run waits for exactly this event.
 */
async function endQuickly(
  core: Core,
  job: Job,
  results: StepResult[],
  { end, result }: End,
): Promise<boolean> {
  const names = endEventNames(end);
  if (names.some((name) => core.registry.triggeredBy(name).length > 0)) return false;
  const { count } = await core.sql`
    with ended as (
      update runs set status = ${end}, ended_at = now(),
        output = ${end === 'completed' ? result : null}, error = ${end === 'failed' ? result : null}
      where id = ${job.run_id} and ended_at is null and parent_run_id is null
        and exists (select from queue where id = ${job.id} and generation = ${job.generation})
        and not exists (select from queue where event_name = any(${names})) returning id),
    results as (
      insert into steps (run_id, id, op, name, memo, began_at)
      select ended.id, x.id, op, name, memo, began_at from ended, ${rowsOf(core.sql, 'steps', results)} as x
      on conflict do nothing),
    gone as (delete from queue where run_id in (select id from ended))
    select from ended`;
  return count > 0;
}

/**
 * Ends a run once: status, result, no more rows in the queue, and in the same transaction the events that tell of it
 * (if anything listens) and the answer to the run that invoked it.
 */
export async function endRun(
  core: Core,
  tx: AnySql,
  { run_id, function_id }: Pick<Job, 'run_id' | 'function_id'>,
  { end, result }: End,
): Promise<Job[]> {
  const [run] = await tx`
    update runs set status = ${end}, ended_at = now(),
      output = ${end === 'completed' ? result : null}, error = ${end === 'failed' ? result : null}
    where id = ${run_id} and ended_at is null
    returning event_ids, parent_run_id, parent_step_id`;
  if (!run) return [];
  await tx`delete from queue where run_id = ${run_id}`;
  const ready: Job[] = [];
  const names = endEventNames(end);
  const awaited = await tx`select distinct event_name as name from queue where event_name = any(${names})`;
  const heard = names.filter(
    (each) => core.registry.triggeredBy(each).length > 0 || awaited.some(({ name }) => name === each),
  );
  const value = JSON.parse(result);
  if (heard.length > 0) {
    const rows = await tx`select payload from events where id = any(${run.event_ids as string[]})`;
    const triggers = rows.map((row) => JSON.parse(row.payload) as Payload);
    const data = {
      ...{ function_id, run_id, event: triggers[0] },
      // As recorded: in the list an empty `user` that we added is left out.
      events: triggers.map(withoutEmptyUser),
      _inngest: { status: end.replace(/^./, (letter) => letter.toUpperCase()) },
      ...(end === 'cancelled' ? {} : { result: value }),
      ...(end === 'failed' ? { error: namedError(value) } : {}),
    };
    // `failed` and `cancelled` carry the run's id as theirs, so that they cannot be taken in twice.
    const id = (name: string) => (name === 'inngest/function.finished' ? undefined : run_id);
    const events = heard.map((name) => createEvent({ name, data, id: id(name) }));
    ready.push(...(await takeEvents(core, events, undefined, tx)));
  }
  const cause = end === 'failed' ? value : { message: 'function cancelled' };
  const memo = end === 'completed' ? `{"data":${result}}` : canonicalJson({ error: namedError(cause) });
  return [...ready, ...(await answerInvoker(core, tx, run.parent_run_id, run.parent_step_id, memo))];
}

/** Gives the run that waits in `step.invoke` its answer. */
export async function answerInvoker(
  core: Core,
  tx: AnySql,
  runId: string | null,
  stepId: string,
  memo: string,
): Promise<Job[]> {
  if (!runId) return [];
  const [row] = await tx<Job[]>`
    select * from queue where run_id = ${runId} and step_id = ${stepId} and kind = 'invoke'`;
  return row ? apply(core, tx, row, stepDone(row, memo)) : [];
}

/** The internal events that tell of the end of a run. */
const endEventNames = (end: End['end']) =>
  ['finished', end].filter((name) => name !== 'completed').map((name) => `inngest/function.${name}`);

/** An error as the real server hands it to whoever invoked the function. */
export function namedError(value: unknown) {
  const { message = String(value), name = 'Error', stack = '' } = (value ?? {}) as Partial<Error>;
  return { error: 'NonRetriableError', message, name, stack };
}

/** Puts the steps that an answer leaves open into the queue; one that cannot be (a bad time, nobody to invoke) fails. */
async function openSteps(core: Core, tx: AnySql, job: Job, ops: Op[]): Promise<Job[]> {
  const rows: Job[] = [];
  const faults = new Map<string, string>();
  for (const op of ops) {
    const race = op.opts.parallelMode === 'race';
    const row = createJob(job, { step_id: op.id, name: op.label, race, plan_only: ops.length > 1 });
    rows.push(row);
    if (op.op === 'StepPlanned') row.locked_by = core.lockFor(row.keys);
    else {
      row.kind = (Object.keys(OPS) as (keyof typeof OPS)[]).find((kind) => OPS[kind] === op.op) ?? 'sleep';
      const fault = await readOptions(tx, row, op);
      if (fault === SIGNAL_CONFLICT)
        return endRun(core, tx, job, { end: 'failed', result: canonicalJson(fault) });
      if (fault) faults.set(row.id, fault.message);
    }
  }
  const inserted = await insertJobs(tx, rows);
  const ready = rows.filter((row) => inserted.has(row.id));
  for (const row of [...ready]) {
    const fault = faults.get(row.id);
    if (row.kind === 'invoke' && !fault) ready.push(...(await invoke(core, tx, row, ops)));
    else if (fault) ready.push(...(await failStep(core, tx, row, fault)));
  }
  return ready;
}

const SIGNAL_CONFLICT = {
  name: 'Error',
  message: 'Signal conflict; signal wait already exists for another run',
};

/** What an open step waits for, and until when. Gives what is wrong with it. */
async function readOptions(
  tx: AnySql,
  row: Job,
  { name, opts }: Op,
): Promise<{ message: string } | undefined> {
  if (row.kind === 'fetch') row.request = canonicalJson(opts);
  if (row.kind === 'fetch') return undefined;
  const until = row.kind === 'sleep' ? name : opts.timeout;
  const at = new Date((until == null ? undefined : parseInstantMs(String(until), Date.now())) ?? Number.NaN);
  if (!Number.isNaN(at.getTime())) row.due_at = at;
  else if (until == null) row.due_at = new Date(Date.now() + YEAR_MS);
  else return { message: `"${until}" is not a duration or date` };
  if (row.kind === 'signal') {
    row.event_name = signalName(opts.signal);
    return (await claimSignal(tx, row, opts.conflict === 'replace')) ? undefined : SIGNAL_CONFLICT;
  }
  if (row.kind !== 'wait') return undefined;
  row.event_name = name;
  if (name.length > MAX_NAME) return { message: 'waitForEvent: the event name is too long' };
  row.expression = opts.if as string | undefined;
  if (!row.expression) return undefined;
  try {
    compileExpression(row.expression);
  } catch (error) {
    return { message: `waitForEvent: ${(error as Error).message.split('\n')[0]}` };
  }
  const [event] = await tx`
    select payload from events where id = (select event_ids[1] from runs where id = ${row.run_id})`;
  row.awaited = event && awaitedKey(row.expression, JSON.parse(event.payload));
}

/** Under which name the wait for a signal stands in the queue. */
export const signalName = (signal: unknown) =>
  `signal ${String(signal).replaceAll('\0', '').slice(0, MAX_NAME)}`;

/** One run at a time waits for a signal; replaced, the other waits on until its time is over. */
async function claimSignal(tx: AnySql, row: Job, replace: boolean): Promise<boolean> {
  const name = row.event_name as string;
  await tx`select pg_advisory_xact_lock(hashtextextended(${name}, 1))`;
  const other = tx`kind = 'signal' and event_name = ${name} and (run_id, step_id) <> (${row.run_id}, ${row.step_id})`;
  if (replace) await tx`update queue set event_name = null where ${other}`;
  return replace || (await tx`select from queue where ${other}`).length === 0;
}

function failStep(core: Core, tx: AnySql, row: Job, message: string): Promise<Job[]> {
  const done = stepDone(row, canonicalJson({ error: { name: 'NonRetriableError', message, stack: '' } }));
  return apply(core, tx, row, { results: done.results.map((result) => ({ ...result, op: 'StepFailed' })) });
}

/** Starts the invoked function with an event of its own; its end answers the step. */
async function invoke(core: Core, tx: AnySql, row: Job, ops: Op[]): Promise<Job[]> {
  const opts = ops.find((op) => op.id === row.step_id)?.opts;
  const target = String(opts?.function_id ?? '');
  const fn = core.registry.get(target);
  if (!fn) return failStep(core, tx, row, `there is no function "${target}" to invoke`);
  const payload = (opts?.payload ?? {}) as { data?: Record<string, unknown>; v?: string };
  const _inngest = {
    correlation_id: `${row.run_id}.${row.step_id}`,
    expire: row.due_at.getTime(),
    fn_id: target,
    name: row.name,
    source_fn_id: core.registry.get(row.function_id)?.uuid,
  };
  const event = createEvent({
    name: 'inngest/function.invoked',
    data: { ...payload.data, _inngest },
    v: payload.v,
  });
  return takeEvents(core, [event], { fn, parent: { runId: row.run_id, stepId: row.step_id } }, tx);
}

/** A row whose time came without an answer: the sleep is over, the wait timed out, the run took too long. */
export async function settleDue(core: Core, job: Job): Promise<Job[]> {
  if (job.kind === 'timeout') return settle(core, job, { results: [], next: CANCELLED });
  if (job.kind === 'cancel') return core.sql<Job[]>`delete from queue where id = ${job.id}`;
  const message = 'Timed out waiting for invoked function to complete';
  const name = 'InngestInvokeTimeoutError';
  const error = { error: `${name}: ${message}`, message, name };
  return settle(core, job, stepDone(job, job.kind === 'invoke' ? canonicalJson({ error }) : 'null'));
}
