import { readStep } from './answer.ts';
import type { Core } from './core.ts';
import { type Job, rowsOf } from './database.ts';
import { withoutEmptyUser } from './event.ts';
import { canonicalJson } from './protocol.ts';
import { type StepResult, settle, signalName, stepDone } from './settle.ts';
import { loadEvents } from './start-runs.ts';

export type Reply = { status: number; body?: unknown; type?: string };

export class Refused extends Error {
  reply: Reply;
  constructor(status: number, error: string, more: object = {}) {
    super(error);
    this.reply = { status, body: { error, ...more, status } };
  }
}

/** `POST /v1/checkpoint/:run/async`: stores steps while the call goes on. 409 stops an execution that was taken over. */
export async function takeCheckpoint({ sql }: Core, raw: unknown): Promise<Reply> {
  const { run_id, qi_id, generation_id, steps } = (raw ?? {}) as Record<string, unknown>;
  if (typeof run_id !== 'string' || !Array.isArray(steps))
    throw new Refused(400, 'run_id and steps are needed');
  const refuse = (status: number, error: string) => new Refused(status, error, { data: { run_id } }).reply;
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
  const gone = `runtime state is no longer available for runID: ${run_id}`;
  if (!run) throw new Refused(410, gone, { data: null });
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
  if (typeof signal !== 'string' || !signal) throw new Refused(400, 'signal is needed');
  const [job] = await core.sql<Job[]>`
    select * from queue where event_name = ${signalName(signal)} and kind = 'signal' order by id limit 1`;
  if (!job) throw new Refused(404, 'No signal found', { data: null });
  core.hand(await settle(core, job, stepDone(job, canonicalJson({ data: { signal, data } }))));
  const metadata = { fetched_at: new Date().toISOString() };
  return { status: 200, body: { data: { run_id: job.run_id }, metadata } };
}
