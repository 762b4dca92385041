import { decodeTime } from 'ulid';
import { atomically, type Core } from './core.ts';
import { createJob, insertJobs, type Job, OPS, rowsOf, type Sql } from './database.ts';
import { createEvent, withoutEmptyUser } from './event.ts';
import { awaitedKey } from './expression.ts';
import type { FunctionConfig } from './function-config.ts';
import { canonicalJson, MAX_NAME, parseInstantMs, YEAR_MS } from './protocol.ts';
import { loadEvents, type Parent, takeEvents } from './start-runs.ts';

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

export const CANCELLED: End = { end: 'cancelled', result: 'null' };

/** The row's own step is done: this is its result. */
export function stepDone({ kind, step_id, name, id }: Job, memo: string, failed?: string): Outcome {
  const op = failed ?? OPS[kind as keyof typeof OPS] ?? 'StepRun';
  return { results: [{ id: step_id, op, name, memo, began_at: new Date(decodeTime(id)) }] };
}

/** Applies what happened to a run in one commit. Gives the rows to hand over. */
export async function settle(core: Core, job: Job, outcome: Outcome): Promise<Job[]> {
  const { next } = outcome;
  const end = job.kind === 'call' && next && 'end' in next ? next : undefined;
  if (end && (await endQuickly(core, job, outcome.results, end))) return [];
  return atomically(core, (core) => apply(core, job, outcome));
}

/** The state machine of a run, under its lock. Does nothing if the row is gone (the step was answered) or was taken over. */
export async function apply(core: Core, job: Job, outcome: Outcome): Promise<Job[]> {
  const { sql } = core;
  const { id, kind, run_id } = job;
  const { results, planned = [], next, version = job.version } = outcome;
  // The lock first and the look second, sent together: a look in the same statement would see the state before the lock.
  const [, rows] = await Promise.all([
    sql`select from runs where id = ${run_id} for update`,
    sql<Job[]>`
      select id, kind, step_id, locked_by, generation, at from queue where run_id = ${run_id} and kind <> 'cancel'`,
  ]);
  if (rows.find((row) => row.id === id)?.generation !== job.generation) return [];
  if (kind === 'timeout' && job.at && rows.some((row) => row.kind === 'call' && row.locked_by)) {
    // The call under way may still end the run; its answer sees the deadline.
    await sql`update queue set locked_by = null, due_at = now() + interval '1 year' where id = ${id}`;
    return [];
  }
  if (results.length > 0)
    await sql`
      insert into steps (run_id, id, op, name, memo, began_at)
      select ${run_id}, id, op, name, memo, began_at from ${rowsOf(sql, 'steps', results)} on conflict do nothing`;
  const late = rows.some((row) => row.kind === 'timeout' && row.at && row.at <= new Date());
  if (next && 'end' in next) return endRun(core, job, next);
  if (late) return endRun(core, job, CANCELLED);
  if (next) {
    const { backoffMs } = core;
    const waitMs = typeof backoffMs === 'number' ? backoffMs : backoffMs(job.attempt);
    const due_at = new Date(next.retryAt ?? Date.now() + waitMs);
    await sql`
      update queue set attempt = attempt + 1, generation = generation + 1, version = ${version}, due_at = ${due_at},
        locked_by = null, error = ${next.error} where id = ${id}`;
    return [{ ...job, due_at, locked_by: null }];
  }
  const done = results.map((result) => result.id);
  await sql`delete from queue where id = ${id} or (run_id = ${run_id} and step_id = any(${done}))`;
  const opened = await openSteps(core, { ...job, version }, planned);
  if (opened.length > 0) return opened;
  const closed = (row: Job) => row.id === id || row.kind === 'timeout' || done.includes(row.step_id);
  // Only when the last of a parallel group is done; old SDK answers (version 1) and races want a call after each.
  if (!rows.every(closed) && version !== 1 && !job.race) return [];
  const call = createJob(job, { version });
  call.plan_only = job.plan_only && (kind === 'call' ? version === 1 : kind === 'sleep' && !job.race);
  // The slot of a concurrency key stays with the run while it goes straight on.
  if (kind !== 'call') call.locked_by = core.lockFor(call.keys);
  else if (done.length > 0) call.locked_by = core.runnerId;
  // An answer that changed nothing asks again, but not in a tight loop.
  else call.due_at = new Date(Date.now() + 1000);
  await insertJobs(sql, [call]);
  return [call];
}

const ending = (sql: Sql, { end, result }: End) => sql`
  update runs set status = ${end}, ended_at = now(),
    output = ${end === 'completed' ? result : null}, error = ${end === 'failed' ? result : null}
  where ended_at is null`;

const endEvents = ({ end }: End) =>
  ['finished', end].filter((name) => name !== 'completed').map((name) => `inngest/function.${name}`);

/** The usual end, as one statement. Says false if anybody is to be told, or the row is not ours any more. */
async function endQuickly({ sql, registry }: Core, job: Job, results: StepResult[], end: End) {
  if (endEvents(end).some((name) => registry.triggeredBy(name).length > 0)) return false;
  const { count } = await sql`
    with ended as (${ending(sql, end)} and id = ${job.run_id} and parent_run_id is null
      and exists (select from queue where id = ${job.id} and generation = ${job.generation})
      and not exists (select from queue where event_name = any(${endEvents(end)})) returning id),
    results as (
      insert into steps (run_id, id, op, name, memo, began_at)
      select ended.id, x.id, op, name, memo, began_at from ended, ${rowsOf(sql, 'steps', results)} as x
      on conflict do nothing),
    gone as (delete from queue where run_id in (select id from ended))
    select from ended`;
  return count > 0;
}

/** Ends a run once, and in the same commit tells whoever listens for its end, and answers the run that invoked it. */
export async function endRun(core: Core, job: Pick<Job, 'run_id' | 'function_id'>, end: End): Promise<Job[]> {
  const { sql, registry } = core;
  const { run_id, function_id } = job;
  const [run] = await sql`
    ${ending(sql, end)} and id = ${run_id} returning event_ids, parent_run_id, parent_step_id`;
  if (!run) return [];
  await sql`delete from queue where run_id = ${run_id}`;
  const awaited = await sql`select event_name as name from queue where event_name = any(${endEvents(end)})`;
  const isHeard = (event: string) =>
    registry.triggeredBy(event).length > 0 || awaited.some(({ name }) => name === event);
  const heard = endEvents(end).filter(isHeard);
  const result = JSON.parse(end.result);
  const error = namedError(end.end === 'failed' ? result : { message: 'function cancelled' });
  const ready: Job[] = [];
  if (heard.length > 0) {
    const events = (await loadEvents(sql, run.event_ids)).map(({ payload }) => payload);
    const data = {
      ...{ function_id, run_id, event: events[0], events: events.map(withoutEmptyUser) },
      _inngest: { status: end.end.replace(/^./, (letter) => letter.toUpperCase()) },
      ...(end.end === 'cancelled' ? {} : { result }),
      ...(end.end === 'failed' ? { error } : {}),
    };
    // `failed` and `cancelled` carry the run's id as theirs, so that they cannot be taken in twice.
    const id = (name: string) => (name.endsWith('finished') ? undefined : run_id);
    const told = heard.map((name) => createEvent({ name, data, id: id(name) }));
    ready.push(...(await takeEvents(core, told)));
  }
  const memo = end.end === 'completed' ? `{"data":${end.result}}` : canonicalJson({ error });
  return [...ready, ...(await answerInvoker(core, run as unknown as Parent, memo))];
}

export async function answerInvoker(core: Core, parent: Parent, memo: string): Promise<Job[]> {
  const { parent_run_id: run, parent_step_id: step } = parent;
  const [row] = run
    ? await core.sql<
        Job[]
      >`select * from queue where run_id = ${run} and step_id = ${step} and kind = 'invoke'`
    : [];
  return row ? apply(core, row, stepDone(row, memo)) : [];
}

/** An error as the real server hands it to whoever invoked the function. */
export function namedError(value: unknown) {
  const { message = String(value), name = 'Error', stack = '' } = (value ?? {}) as Partial<Error>;
  return { error: 'NonRetriableError', message, name, stack };
}

/** Puts open steps into the queue; one that cannot be (a bad time, nobody to invoke) fails. */
async function openSteps(core: Core, job: Job, ops: Op[]): Promise<Job[]> {
  const rows: Job[] = [];
  const faults = new Map<string, string>();
  for (const op of ops) {
    const race = op.opts.parallelMode === 'race';
    const row = createJob(job, { step_id: op.id, name: op.label, race, plan_only: ops.length > 1 });
    rows.push(row);
    const fault = await readStepOptions(core, row, op);
    const result = canonicalJson({ name: 'Error', message: fault });
    if (fault === SIGNAL_CONFLICT) return endRun(core, job, { end: 'failed', result });
    if (fault) faults.set(row.id, fault);
  }
  const inserted = await insertJobs(core.sql, rows);
  const ready = rows.filter((row) => inserted.has(row.id));
  for (const row of [...ready]) {
    const message = faults.get(row.id);
    if (message) {
      const memo = canonicalJson({ error: { name: 'NonRetriableError', message, stack: '' } });
      ready.push(...(await apply(core, row, stepDone(row, memo, 'StepFailed'))));
    } else if (row.kind === 'invoke') {
      const { opts = {} } = ops.find((op) => op.id === row.step_id) ?? {};
      ready.push(...(await invoke(core, row, opts)));
    }
  }
  return ready;
}

const SIGNAL_CONFLICT = 'Signal conflict; signal wait already exists for another run';

/** What an open step waits for, and until when. Gives what is wrong with it. */
async function readStepOptions(core: Core, row: Job, { op, name, opts }: Op): Promise<string | undefined> {
  if (op === 'StepPlanned') row.locked_by = core.lockFor(row.keys);
  if (op === 'Gateway') row.request = canonicalJson(opts);
  const kind = (Object.keys(OPS) as (keyof typeof OPS)[]).find((each) => OPS[each] === op);
  if (!kind) return undefined;
  row.kind = kind;
  if (kind === 'fetch') return undefined;
  const until = kind === 'sleep' ? name : opts.timeout;
  const at = until == null ? Date.now() + YEAR_MS : parseInstantMs(String(until), Date.now());
  if (Number.isNaN(new Date(at ?? Number.NaN).getTime())) return `"${until}" is not a duration or date`;
  row.due_at = new Date(at as number);
  if (kind === 'invoke' && !core.registry.get(String(opts.function_id)))
    return `there is no function "${opts.function_id}" to invoke`;
  if (kind === 'signal') {
    row.event_name = signalName(opts.signal);
    return (await claimSignal(core, row, opts.conflict === 'replace')) ? undefined : SIGNAL_CONFLICT;
  }
  if (kind !== 'wait') return undefined;
  if (name.length > MAX_NAME) return 'waitForEvent: the event name is too long';
  row.event_name = name;
  if (!opts.if) return undefined;
  const [event] = await core.sql`
    select payload from events where id = (select event_ids[1] from runs where id = ${row.run_id})`;
  try {
    row.awaited = awaitedKey(String(opts.if), JSON.parse(event?.payload ?? '{}'));
    row.expression = String(opts.if);
  } catch (error) {
    return `waitForEvent: ${(error as Error).message.split('\n')[0]}`;
  }
}

export const signalName = (signal: unknown) =>
  `signal ${String(signal).replaceAll('\0', '').slice(0, MAX_NAME)}`;

/** One run at a time waits for a signal; replaced, the other waits on until its time is over. */
async function claimSignal({ sql }: Core, row: Job, replace: boolean): Promise<boolean> {
  const name = row.event_name as string;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 1))`;
  const self = sql`(${row.run_id}, ${row.step_id})`;
  const other = sql`kind = 'signal' and event_name = ${name} and (run_id, step_id) <> ${self}`;
  if (replace) await sql`update queue set event_name = null where ${other}`;
  return replace || (await sql`select from queue where ${other}`).length === 0;
}

/** Starts the invoked function with an event of its own; its end answers the step. */
function invoke(core: Core, row: Job, opts: Op['opts']): Promise<Job[]> {
  const { registry } = core;
  const fn = registry.get(String(opts.function_id)) as FunctionConfig;
  const { data, v } = (opts.payload ?? {}) as { data?: Record<string, unknown>; v?: string };
  const _inngest = {
    correlation_id: `${row.run_id}.${row.step_id}`,
    ...{ expire: row.due_at.getTime(), fn_id: fn.id, name: row.name },
    source_fn_id: registry.get(row.function_id)?.uuid,
  };
  const event = createEvent({ name: 'inngest/function.invoked', data: { ...data, _inngest }, v });
  return takeEvents(core, [event], {
    fn,
    parent: { parent_run_id: row.run_id, parent_step_id: row.step_id },
  });
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
