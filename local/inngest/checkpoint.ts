import { readStep } from './answer.ts';
import type { Core } from './core.ts';
import { rowsOf } from './database.ts';
import { withoutEmptyUser } from './event.ts';
import { loadEvents } from './flow.ts';
import type { Job } from './job.ts';
import { canonicalJson } from './protocol.ts';
import { type StepResult, settle, signalName, stepDone } from './settle.ts';

/** An answer to a request: JSON, or text as it is. */
export type Reply = { status: number; body?: unknown; type?: string };

/**
 * `POST /v1/checkpoint/:run/async`: stores steps while the call goes on; one statement, one commit. The first result of
 * a step wins. 409 tells an older execution of the call (its runner was killed and the call taken over) to stop.
 */
export async function takeCheckpoint({ sql }: Core, raw: unknown): Promise<Reply> {
  const { run_id, qi_id, generation_id, steps } = (raw ?? {}) as Record<string, unknown>;
  if (typeof run_id !== 'string' || !Array.isArray(steps))
    return { status: 400, body: { error: 'run_id and steps are needed', status: 400 } };
  const refuse = (status: number, error: string): Reply => {
    return { status, body: { error, data: { run_id }, status } };
  };
  const results: StepResult[] = [];
  for (const raw of steps) {
    const step = readStep(raw);
    if (step?.op !== 'StepRun') return refuse(400, 'cannot checkpoint async steps');
    if (step.tooLarge)
      return refuse(413, `step ${step.id} output too large: step output size is greater than the limit`);
    results.push(step);
  }
  const generation = Number(generation_id ?? 1) || 0;
  const [jobId = ''] = Buffer.from(String(qi_id ?? ''), 'base64')
    .toString()
    .split('::');
  const [result] = results;
  if (result && results.length === 1) {
    // The usual case in one look: a call's row is there only while its run is open.
    const { id, op, name, memo, began_at } = result;
    const { count } = await sql`
      insert into steps (run_id, id, op, name, memo, began_at)
      select run_id, ${id}, ${op}, ${name}, ${memo}, ${began_at}
      from queue where id = ${jobId} and run_id = ${run_id} and generation <= ${generation} on conflict do nothing`;
    if (count === 1) return { status: 200 };
  }
  const [found] = await sql`
    with run as (select id from runs where id = ${run_id} and ended_at is null),
    job as (select generation from queue where id = ${jobId} and run_id = ${run_id}),
    stored as (
      insert into steps (run_id, id, op, name, memo, began_at)
      select run.id, x.id, op, name, memo, began_at from run, ${rowsOf(sql, 'steps', results)} as x
      where not exists (select from job where generation > ${generation})
      on conflict do nothing)
    select exists (select from run) as open, (select generation from job) as generation`;
  if (!found?.open) return refuse(400, 'run not found in state store');
  if (found.generation === null) return refuse(400, 'queue item not found');
  if (found.generation > generation) return refuse(409, 'a newer execution of this call exists');
  return { status: 200 };
}

/** `GET /v0/runs/:run/actions|batch`: the state of a run too large to be sent with the call. */
export async function readRunState({ sql }: Core, run_id: string, what: 'actions' | 'batch'): Promise<Reply> {
  const [run] = await sql`select event_ids from runs where id = ${run_id} and ended_at is null`;
  if (!run) {
    const error = `runtime state is no longer available for runID: ${run_id}`;
    return { status: 410, body: { error, data: null, status: 410 } };
  }
  if (what === 'batch') {
    const events = await loadEvents(sql, run.event_ids);
    return { status: 200, body: canonicalJson(events.map(({ payload }) => withoutEmptyUser(payload))) };
  }
  const steps = await sql`select id, memo from steps where run_id = ${run_id} order by position`;
  return { status: 200, body: `{${steps.map(({ id, memo }) => `${JSON.stringify(id)}:${memo}`).join(',')}}` };
}

/** `POST /v1/signals`: wakes the run that waits for this signal. 404 when nobody does. */
export async function takeSignal(core: Core, raw: unknown): Promise<Reply> {
  const { signal, data = null } = (raw ?? {}) as { signal?: unknown; data?: unknown };
  if (typeof signal !== 'string' || !signal)
    return { status: 400, body: { error: 'signal is needed', status: 400 } };
  const [job] = await core.sql<Job[]>`
    select * from queue where event_name = ${signalName(signal)} and kind = 'signal' order by id limit 1`;
  if (!job) return { status: 404, body: { error: 'No signal found', data: null, status: 404 } };
  core.hand(await settle(core, job, stepDone(job, canonicalJson({ data: { signal, data } }))));
  return {
    status: 200,
    body: { data: { run_id: job.run_id }, metadata: { fetched_at: new Date().toISOString() } },
  };
}
