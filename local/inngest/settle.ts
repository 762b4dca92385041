import type { Op, Outcome } from './answer.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import { type AnySql, jsonParam } from './database.ts';
import { createEvent, newId } from './event.ts';
import { compileExpression } from './expression.ts';
import { parseInstantMs } from './instant.ts';
import { createJob, insertJobs, type Job } from './job.ts';
import { MAX_INVOKE_MS, MAX_NAME } from './limits.ts';
import { callAgain, endEventNames, endRun, hasListeners, insertSteps, lockRun, resolveStep } from './run.ts';
import { takeEvents } from './start-runs.ts';

/** An answer that changes nothing (no result, no step, all known already) asks again, but not in a tight loop. */
const ASK_AGAIN_MS = 1000;

/**
 * Applies one answered call in one commit: results, open steps, retry or end, and the next row in the queue. Does
 * nothing if the run ended meanwhile or another runner took the call over. Gives the rows to hand over.
 */
export async function settle(core: Core, job: Job, outcome: Outcome): Promise<Job[]> {
  if (typeof outcome.next === 'object' && 'end' in outcome.next) {
    const ended = await endQuickly(core, job, outcome, outcome.next.end, outcome.next.result);
    if (ended) return [];
  }
  return core.sql.begin(async (tx) => {
    const { open, rows, overdue } = await lockRun(tx, job.run_id);
    const mine = rows.find((row) => row.id === job.id);
    if (mine?.locked_by !== core.runnerId || mine.generation !== job.generation) return [];
    if (!open) {
      await tx`delete from queue where id = ${job.id}`;
      return [];
    }
    const { next } = outcome;
    const done = outcome.results.map((result) => result.id);
    await insertSteps(tx, job.run_id, outcome.results);
    if (typeof next === 'object' && 'end' in next) return endRun(core, tx, job, next.end, next.result);
    if (overdue) return endRun(core, tx, job, 'cancelled', null);
    if (typeof next === 'object') {
      const due_at = new Date(next.retryAt ?? Date.now() + core.backoffMs(job.attempt));
      await tx`
        update queue set attempt = attempt + 1, generation = generation + 1, version = ${outcome.version},
          due_at = ${due_at}, locked_by = null, error = ${next.error}
        where id = ${job.id}`;
      return [{ ...job, due_at, locked_by: null }];
    }
    await tx`delete from queue where id = ${job.id} or (run_id = ${job.run_id} and step_id = any(${done}))`;
    const answered = { ...job, version: outcome.version };
    const planned = await planSteps(core, tx, answered, outcome.planned);
    if (planned.length > 0) return planned;
    const others = rows.some((row) => row.id !== job.id && !done.includes(row.step_id));
    return callAgain(core, tx, answered, others, {
      plan_only: job.plan_only && outcome.version === 1,
      // The slot of a concurrency key stays with the run while it goes straight on.
      ...(done.length > 0
        ? { locked_by: core.runnerId }
        : { due_at: new Date(Date.now() + ASK_AGAIN_MS), locked_by: null }),
    });
  }) as Promise<Job[]>;
}

/**
 * The usual end, as one statement: no listener, no invoker. Says false if the slow way is needed, among other things
 * because a run waits for exactly this event.
 */
async function endQuickly(
  core: Core,
  job: Job,
  outcome: Outcome,
  status: 'completed' | 'failed',
  result: string,
): Promise<boolean> {
  const names = endEventNames(status);
  if (hasListeners(core, names)) return false;
  const [row] = await core.sql`
    with fit as (
      select from queue where id = ${job.id} and locked_by = ${core.runnerId} and generation = ${job.generation}
      and not exists (select from queue where event_name = any(${names}))),
    ended as (
      update runs set status = ${status}, ended_at = now(),
        output = ${status === 'completed' ? result : null}, error = ${status === 'failed' ? result : null}
      where id = ${job.run_id} and ended_at is null and parent_run_id is null and exists (select from fit) returning id),
    results as (
      insert into steps (run_id, id, op, name, memo, began_at)
      select ended.id, x.id, op, name, memo, began_at
      from ended, json_populate_recordset(null::steps, ${jsonParam(outcome.results)}::text::json) as x
      on conflict do nothing),
    gone as (delete from queue where run_id in (select id from ended))
    select exists (select from ended) as ended`;
  return row?.ended === true;
}

async function planSteps(core: Core, tx: AnySql, job: Job, ops: Op[]): Promise<Job[]> {
  if (ops.length === 0) return [];
  const now = Date.now();
  const group = ops.length > 1;
  const rows: Job[] = [];
  const faults = new Map<string, string>();
  for (const op of ops) {
    const race = op.opts.parallelMode === 'race';
    const row = createJob(job, { step_id: op.id, name: op.label, race, plan_only: group });
    rows.push(row);
    const until = (text: unknown) => {
      const ms = text == null ? now + MAX_INVOKE_MS : parseInstantMs(String(text), now);
      row.due_at = new Date(ms ?? now);
      if (ms === undefined || Number.isNaN(row.due_at.getTime())) {
        row.due_at = new Date(now);
        faults.set(row.id, `"${text}" is not a duration or date`);
      }
    };
    if (op.op === 'StepPlanned') {
      row.locked_by = core.lockFor(job.keys);
      continue;
    }
    if (op.op === 'Sleep') {
      row.kind = 'sleep';
      until(op.name);
    } else if (op.op === 'WaitForEvent') {
      row.kind = 'wait';
      until(op.opts.timeout);
      row.event_name = op.name;
      if (op.name.length > MAX_NAME) faults.set(row.id, 'waitForEvent: the event name is too long');
      row.expression = (op.opts.if as string) ?? null;
      const fault = row.expression ? expressionFault(row.expression) : undefined;
      if (fault) faults.set(row.id, `waitForEvent: ${fault}`);
    } else if (op.op === 'WaitForSignal') {
      row.kind = 'signal';
      until(op.opts.timeout);
      row.event_name = `signal ${String(op.opts.signal).replaceAll('\0', '').slice(0, MAX_NAME)}`;
      if (!(await claimSignal(tx, row, op.opts.conflict === 'replace')))
        return endRun(core, tx, job, 'failed', SIGNAL_CONFLICT);
    } else if (op.op === 'Gateway') {
      row.kind = 'fetch';
      row.request = canonicalJson(op.opts);
    } else {
      row.kind = 'invoke';
      until(op.opts.timeout);
    }
  }
  const inserted = await insertJobs(tx, rows);
  const ready = rows.filter((row) => inserted.has(row.id));
  for (const row of [...ready]) {
    const message = faults.get(row.id);
    if (message) ready.push(...(await failStep(core, tx, row, message)));
    else if (row.kind === 'invoke')
      ready.push(...(await invoke(core, tx, row, ops.find((op) => op.id === row.step_id) as Op)));
  }
  return ready;
}

function failStep(core: Core, tx: AnySql, row: Job, message: string): Promise<Job[]> {
  const error = { name: 'NonRetriableError', message, stack: '' };
  return resolveStep(core, tx, row, 'StepFailed', canonicalJson({ error }));
}

const SIGNAL_CONFLICT = canonicalJson({
  name: 'Error',
  message: 'Signal conflict; signal wait already exists for another run',
});

/** One run at a time waits for a signal; replaced, the other waits on until its time is over. */
async function claimSignal(tx: AnySql, row: Job, replace: boolean): Promise<boolean> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${row.event_name}, 1))`;
  const other = tx`kind = 'signal' and event_name = ${row.event_name} and (run_id, step_id) <> (${row.run_id}, ${row.step_id})`;
  if (replace) await tx`update queue set event_name = null where ${other}`;
  return replace || (await tx`select from queue where ${other}`).length === 0;
}

function expressionFault(source: string): string | undefined {
  try {
    compileExpression(source);
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

/** Starts the invoked function with an event of its own; its end answers the step. */
async function invoke(core: Core, tx: AnySql, row: Job, op: Op): Promise<Job[]> {
  const target = String(op.opts.function_id ?? '');
  const fn = core.registry.get(target);
  if (!fn) return failStep(core, tx, row, `there is no function "${target}" to invoke`);
  const payload = (op.opts.payload ?? {}) as { data?: Record<string, unknown>; v?: string };
  const data = {
    ...payload.data,
    _inngest: {
      correlation_id: `${row.run_id}.${row.step_id}`,
      expire: row.due_at.getTime(),
      fn_id: target,
      name: row.name,
      source_fn_id: core.registry.get(row.function_id)?.uuid,
    },
  };
  const event = createEvent({ name: 'inngest/function.invoked', data, v: payload.v }, newId(), Date.now());
  return takeEvents(core, [event], { fn, parent: { runId: row.run_id, stepId: row.step_id } }, tx);
}

/** The timeout of a run: cancels it, unless it began in time, or a call is under way, which may still end it. */
export async function timeOut(core: Core, job: Job): Promise<Job[]> {
  return core.sql.begin(async (tx) => {
    const { open, rows } = await lockRun(tx, job.run_id);
    const [timeout] = await tx`
      select name, due_at <= ${new Date()} as due from queue where id = ${job.id} and locked_by = ${core.runnerId}`;
    if (!open || !timeout?.due || timeout.name !== job.name) return [];
    if (job.name === 'finish' && rows.some(({ kind, locked_by }) => kind === 'call' && locked_by !== null)) {
      await tx`
        update queue set plan_only = true, locked_by = null, due_at = ${new Date(Date.now() + MAX_INVOKE_MS)} where id = ${job.id}`;
      return [];
    }
    return endRun(core, tx, job, 'cancelled', null);
  }) as Promise<Job[]>;
}

/** A row whose time came without an answer: the sleep is over, the wait timed out, the invoked function took too long. */
export async function settleDue(core: Core, job: Job): Promise<Job[]> {
  const message = 'Timed out waiting for invoked function to complete';
  const memo =
    job.kind === 'invoke'
      ? canonicalJson({
          error: {
            error: `InngestInvokeTimeoutError: ${message}`,
            message,
            name: 'InngestInvokeTimeoutError',
          },
        })
      : 'null';
  const op = { sleep: 'Sleep', wait: 'WaitForEvent', signal: 'WaitForSignal', invoke: 'InvokeFunction' }[
    job.kind as 'sleep'
  ];
  return core.sql.begin((tx) => resolveStep(core, tx, job, op, memo)) as Promise<Job[]>;
}
