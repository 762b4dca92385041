import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import { type AnySql, jsonParam } from './database.ts';
import { createEvent, momentOf, newId, type Payload, type StoredEvent } from './event.ts';
import { createJob, insertJobs, type Job } from './job.ts';
import { takeEvents } from './start-runs.ts';

/** A step's result as the SDK gets it back in `steps`: canonical JSON, written once and never replaced. */
export type StepResult = { id: string; op: string; name: string; memo: string; began_at: Date | null };
export type EndStatus = 'completed' | 'failed' | 'cancelled';

/** Writes results; the first one of a step wins. */
export async function insertSteps(sql: AnySql, run_id: string, results: StepResult[]): Promise<void> {
  if (results.length === 0) return;
  await sql`
    insert into steps (run_id, id, op, name, memo, began_at)
    select ${run_id}, id, op, name, memo, began_at
    from json_populate_recordset(null::steps, ${jsonParam(results)}::text::json)
    on conflict do nothing`;
}

/**
 * Locks a run against other answers and looks at its open rows. The lock first and the look second, sent together: a
 * look in the same statement would see the state before the lock. While it is held nobody adds or ends rows of the run.
 * `overdue`: its timeout came during a call, which may still end the run but not go on with it.
 */
export async function lockRun(tx: AnySql, run_id: string) {
  const [[run], all] = await Promise.all([
    tx`select ended_at is null as open from runs where id = ${run_id} for update`,
    tx<Pick<Job, 'id' | 'kind' | 'step_id' | 'locked_by' | 'generation' | 'plan_only'>[]>`
      select id, kind, step_id, locked_by, generation, plan_only from queue where run_id = ${run_id}`,
  ]);
  const rows = all.filter((row) => row.kind !== 'timeout');
  return {
    open: run?.open === true,
    rows,
    overdue: all.some((row) => row.kind === 'timeout' && row.plan_only),
  };
}

/**
 * Gives a waiting step (sleep, wait, invoke) its result and, when nothing else of its group is open, calls the function
 * again. Does nothing if the step was answered or the run ended meanwhile. Gives the rows to hand over.
 */
export async function resolveStep(
  core: Core,
  tx: AnySql,
  job: Job,
  op: string,
  memo: string,
): Promise<Job[]> {
  const { open, rows } = await lockRun(tx, job.run_id);
  if (!rows.some((row) => row.id === job.id)) return [];
  await tx`delete from queue where id = ${job.id}`;
  if (!open) return [];
  await insertSteps(tx, job.run_id, [
    { id: job.step_id, op, name: job.name, memo, began_at: momentOf(job.id) },
  ]);
  return callAgain(core, tx, job, rows.length > 1, {
    plan_only: job.kind === 'sleep' && job.plan_only && !job.race,
  });
}

/**
 * Queues the next call of the function after one of its open steps is done: only when the last of a parallel group is
 * (nothing else is open), except for old SDK answers (version 1) and races, which want a call after each.
 */
export async function callAgain(
  core: Core,
  tx: AnySql,
  job: Job,
  othersOpen: boolean,
  fields: Partial<Job>,
): Promise<Job[]> {
  if (othersOpen && job.version !== 1 && !job.race) return [];
  const next = createJob(job, { locked_by: core.lockFor(job.keys), ...fields });
  await insertJobs(tx, [next]);
  return [next];
}

/**
 * Ends a run once: status, result, no more rows in the queue, and in the same transaction the events that tell of it
 * (if anything listens) and the answer to the run that invoked it. `result` is canonical JSON.
 */
export async function endRun(
  core: Core,
  tx: AnySql,
  job: Job,
  status: EndStatus,
  result: string | null,
): Promise<Job[]> {
  const [run] = await tx`
    update runs set status = ${status}, ended_at = now(),
      output = ${status === 'completed' ? result : null}, error = ${status === 'failed' ? result : null}
    where id = ${job.run_id} and ended_at is null
    returning event_ids, parent_run_id, parent_step_id`;
  if (!run) return [];
  await tx`delete from queue where run_id = ${job.run_id}`;
  const ready: Job[] = [];
  const names = endEventNames(status);
  const heard = await heardNames(core, tx, names);
  if (heard.length > 0) {
    const rows = await tx`select payload from events where id = any(${run.event_ids as string[]})`;
    const triggers = rows.map((row) => JSON.parse(row.payload) as Payload);
    const events = heard.map((name) => endEvent(job, name, status, result, triggers));
    ready.push(...(await takeEvents(core, events, undefined, tx)));
  }
  if (run.parent_run_id)
    ready.push(
      ...(await answerInvoker(core, tx, run.parent_run_id, run.parent_step_id, invokeMemo(status, result))),
    );
  return ready;
}

/** Gives the run that waits in `step.invoke` its answer. */
export async function answerInvoker(
  core: Core,
  tx: AnySql,
  runId: string,
  stepId: string,
  memo: string,
): Promise<Job[]> {
  const [row] = await tx<Job[]>`
    select * from queue where run_id = ${runId} and step_id = ${stepId} and kind = 'invoke'`;
  return row ? resolveStep(core, tx, row, 'InvokeFunction', memo) : [];
}

/** The internal events that tell of the end of a run. */
export function endEventNames(status: EndStatus): string[] {
  return ['inngest/function.finished', ...(status === 'completed' ? [] : [`inngest/function.${status}`])];
}

/** Which of these internal events have a function that hears them; the runs waiting for one are asked in the database. */
export function hasListeners(core: Core, names: string[]): boolean {
  return names.some(
    (name) => core.registry.triggeredBy(name).length > 0 || core.registry.cancelledBy(name).length > 0,
  );
}

async function heardNames(core: Core, tx: AnySql, names: string[]): Promise<string[]> {
  const awaited =
    await tx`select distinct event_name from queue where event_name = any(${names}) and kind = 'wait'`;
  const waiting = new Set(awaited.map((row) => row.event_name));
  return names.filter((name) => waiting.has(name) || hasListeners(core, [name]));
}

function endEvent(
  job: Job,
  name: string,
  status: EndStatus,
  result: string | null,
  triggers: Payload[],
): StoredEvent {
  const value = result === null ? undefined : JSON.parse(result);
  const data: Record<string, unknown> = {
    function_id: job.function_id,
    run_id: job.run_id,
    event: triggers[0],
    // As recorded: in the list an empty `user` that we added is left out.
    events: triggers.map(withoutEmptyUser),
    _inngest: { status: status[0]?.toUpperCase() + status.slice(1) },
  };
  if (status !== 'cancelled') data.result = value ?? null;
  if (status === 'failed') data.error = namedError(value);
  const id = newId();
  // `failed` and `cancelled` carry the run's id as theirs, so that they cannot be taken in twice.
  return createEvent(
    { name, data, ...(name === 'inngest/function.finished' ? {} : { id: job.run_id }) },
    id,
    Date.now(),
  );
}

/** An event as the real server gives it where it does not call: without the `user` that nobody gave. */
export function withoutEmptyUser({ user, ...event }: Payload): Partial<Payload> {
  return Object.keys((user as object) ?? {}).length > 0 ? { ...event, user } : event;
}

/** An error as the real server hands it to whoever invoked the function. */
export function namedError(value: unknown) {
  const error = (value ?? {}) as { name?: string; message?: string; stack?: string };
  return {
    error: 'NonRetriableError',
    message: error.message ?? String(value),
    name: error.name ?? 'Error',
    stack: error.stack ?? '',
  };
}

function invokeMemo(status: EndStatus, result: string | null): string {
  if (status === 'completed') return `{"data":${result ?? 'null'}}`;
  const error =
    status === 'failed'
      ? namedError(result && JSON.parse(result))
      : namedError({ name: 'Error', message: 'function cancelled' });
  return canonicalJson({ error });
}
