import { beganAt, isStepId } from './answer.ts';
import { jobIdOf } from './call-app.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import { jsonParam } from './database.ts';
import type { Job } from './job.ts';
import { MAX_NAME, MAX_STEP_BYTES } from './limits.ts';
import { resolveStep, type StepResult, withoutEmptyUser } from './run.ts';

/** An answer to a request: JSON, or text as it is. */
export type Reply = { status: number; body?: unknown; type?: string };

/**
 * `POST /v1/checkpoint/:run/async`: stores steps while the call goes on; one statement, one commit. The first result of
 * a step wins. 409 tells an older execution of the call (its runner was killed and the call taken over) to stop.
 */
export async function takeCheckpoint(core: Core, raw: unknown): Promise<Reply> {
  const { run_id, qi_id, generation_id, steps } = (raw ?? {}) as Record<string, unknown>;
  if (typeof run_id !== 'string' || !Array.isArray(steps))
    return { status: 400, body: { error: 'run_id and steps are needed', status: 400 } };
  const refuse = (status: number, error: string): Reply => ({
    status,
    body: { error, data: { run_id }, status },
  });
  const results: StepResult[] = [];
  for (const step of steps as Record<string, unknown>[]) {
    if (step?.op !== 'StepRun' || !isStepId(step.id)) return refuse(400, 'cannot checkpoint async steps');
    const memo = canonicalJson({ data: step.data ?? null });
    if (Buffer.byteLength(memo) > MAX_STEP_BYTES)
      return refuse(413, `step ${step.id} output too large: step output size is greater than the limit`);
    const name = String(step.displayName ?? step.name ?? '').replaceAll('\0', '');
    results.push({ id: step.id, op: 'StepRun', name, memo, began_at: beganAt(step.timing) });
  }
  const generation = Number(generation_id ?? 1) || 0;
  const job_id = jobIdOf(qi_id);
  const [result] = results;
  if (result && results.length === 1) {
    // The usual case in one look: a call's row is there only while its run is open.
    const { count } = await core.sql`
      insert into steps (run_id, id, op, name, memo, began_at)
      select run_id, ${result.id}, ${result.op}, ${result.name}, ${result.memo}, ${result.began_at ?? null}
      from queue where id = ${job_id} and run_id = ${run_id} and generation <= ${generation}
      on conflict do nothing`;
    if (count === 1) return { status: 200 };
  }
  const [found] = await core.sql`
    with run as (select id from runs where id = ${run_id} and ended_at is null),
    job as (select generation from queue where id = ${job_id} and run_id = ${run_id}),
    stored as (
      insert into steps (run_id, id, op, name, memo, began_at)
      select run.id, x.id, op, name, memo, began_at
      from run, json_populate_recordset(null::steps, ${jsonParam(results)}::text::json) as x
      where not exists (select from job where generation > ${generation})
      on conflict do nothing)
    select exists (select from run) as open, (select generation from job) as generation`;
  if (!found?.open) return refuse(400, 'run not found in state store');
  if (found.generation === null) return refuse(400, 'queue item not found');
  if (found.generation > generation) return refuse(409, 'a newer execution of this call exists');
  return { status: 200 };
}

/** `GET /v0/runs/:run/actions|batch`: the state of a run too large to be sent with the call. */
export async function readRunState(core: Core, run_id: string, what: 'actions' | 'batch'): Promise<Reply> {
  const [run] = await core.sql`select event_ids from runs where id = ${run_id} and ended_at is null`;
  if (!run) {
    const error = `runtime state is no longer available for runID: ${run_id}`;
    return { status: 410, body: { error, data: null, status: 410 } };
  }
  if (what === 'actions') {
    const steps = await core.sql`select id, memo from steps where run_id = ${run_id} order by position`;
    return {
      status: 200,
      body: `{${steps.map((step) => `${JSON.stringify(step.id)}:${step.memo}`).join(',')}}`,
    };
  }
  const events = await core.sql`
    select payload from events where id = any(${run.event_ids}) order by array_position(${run.event_ids}, id)`;
  const given = events.map((event) => withoutEmptyUser(JSON.parse(event.payload)));
  return { status: 200, body: canonicalJson(given) };
}

/** `POST /v1/signals`: wakes the run that waits for this signal. 404 when nobody does. */
export async function takeSignal(core: Core, raw: unknown): Promise<Reply> {
  const { signal, data = null } = (raw ?? {}) as { signal?: unknown; data?: unknown };
  if (typeof signal !== 'string' || !signal)
    return { status: 400, body: { error: 'signal is needed', status: 400 } };
  const [job] = await core.sql<Job[]>`
    select * from queue where event_name = ${`signal ${signal.replaceAll('\0', '').slice(0, MAX_NAME)}`} and kind = 'signal' order by id limit 1`;
  if (!job) return { status: 404, body: { error: 'No signal found', data: null, status: 404 } };
  const memo = canonicalJson({ data: { signal, data } });
  core.hand((await core.sql.begin((tx) => resolveStep(core, tx, job, 'WaitForSignal', memo))) as Job[]);
  const metadata = { fetched_at: new Date().toISOString() };
  return { status: 200, body: { data: { run_id: job.run_id }, metadata } };
}
