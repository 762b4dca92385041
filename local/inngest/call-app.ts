import { type Answer, readAnswer } from './answer.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import { jsonParam } from './database.ts';
import { newId } from './event.ts';
import type { FunctionConfig } from './function-config.ts';
import { createJob, type Job } from './job.ts';
import { MAX_ANSWER_BYTES, MAX_STATE_BYTES } from './limits.ts';
import { post, UNREACHABLE } from './post.ts';
import { settle } from './settle.ts';
import { signBody } from './signature.ts';

/** Calls the app for one claimed row and settles what it answers. Throws only if the database stays away. */
export async function callApp(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.function_id);
  if (!fn) throw new Error(`function ${job.function_id} is not registered`);
  const begun = !fn.timeouts || (await core.patiently(() => begin(core, job, fn)));
  const state = begun && (await core.patiently(() => readState(core, job)));
  if (!state) {
    await core.sql`delete from queue where id = ${job.id}`;
    return [];
  }
  const began = Date.now();
  const answer = await sendCall(core, job, fn.url, fn.uuid, fn.maxAttempts, state);
  if ('failure' in answer && answer.failure.startsWith(UNREACHABLE)) core.unreachable();
  const outcome = readAnswer(answer, job, fn.maxAttempts, Date.now());
  if (typeof outcome.next === 'object' && 'error' in outcome.next) {
    core.log('warn', 'a call will be tried again', {
      function: fn.id,
      run: job.run_id,
      attempt: job.attempt,
      error: outcome.next.error.slice(0, 500),
    });
  } else if (typeof outcome.next === 'object' && outcome.next.end === 'failed') {
    core.log('error', 'a run failed', {
      function: fn.id,
      run: job.run_id,
      error: outcome.next.result.slice(0, 500),
    });
  }
  const jobs = await core.patiently(() => settle(core, job, outcome));
  // It registered while this call failed: too soon for the registration to find the row that waits.
  const back = 'failure' in answer && core.registry.registeredAt() >= began;
  if (back)
    await core.sql`update queue set due_at = now() where id = ${job.id} and locked_by is null and attempt > ${job.attempt}`;
  return back ? jobs.map((each) => ({ ...each, due_at: new Date() })) : jobs;
}

/** Notes the first call of a run that has timeouts: the one for its start is off, the one for its end counts from here. */
async function begin(core: Core, job: Job, { timeouts }: FunctionConfig): Promise<boolean> {
  const ms = timeouts?.finishMs;
  const finish = createJob(job, { kind: 'timeout', step_id: 'timeout', name: 'finish' });
  finish.due_at = new Date(Date.now() + (ms ?? 0));
  const [run] = await core.sql`
    with begun as (
      update runs set called_at = now() where id = ${job.run_id} and called_at is null and ended_at is null returning id),
    gone as (delete from queue where run_id in (select id from begun) and step_id = 'timeout' and ${ms === undefined}),
    next as (
      insert into queue select x.* from json_populate_recordset(null::queue, ${jsonParam([finish])}::text::json) as x
      where exists (select from begun) and ${ms !== undefined}
      on conflict (run_id, step_id) where step_id <> 'step'
        do update set name = excluded.name, due_at = excluded.due_at, locked_by = null)
    select ended_at is null as open from runs where id = ${job.run_id}`;
  if (run?.open && ms !== undefined) core.hand([finish]);
  return run?.open === true;
}

type State = { events: string[]; steps: { id: string; memo: string }[] };

async function readState(core: Core, job: Job): Promise<State | undefined> {
  if (job.fresh && job.attempt === 0 && job.generation === 1) return { events: job.fresh, steps: [] };
  const [events, steps] = await Promise.all([
    core.sql<{ payload: string }[]>`
      select e.payload from runs r join events e on e.id = any(r.event_ids)
      where r.id = ${job.run_id} and r.ended_at is null order by array_position(r.event_ids, e.id)`,
    core.sql<State['steps']>`select id, memo from steps where run_id = ${job.run_id} order by position`,
  ]);
  if (events.length === 0) return undefined;
  return { events: events.map((event) => event.payload), steps };
}

async function sendCall(
  core: Core,
  job: Job,
  url: string,
  fnUuid: string,
  maxAttempts: number,
  state: State,
): Promise<Answer> {
  const requestId = newId();
  const useApi = state.steps.reduce((size, step) => size + step.memo.length, 0) > MAX_STATE_BYTES;
  const stack = state.steps.map((step) => step.id);
  const ctx = {
    attempt: job.attempt,
    disable_immediate_execution: job.plan_only,
    env: '',
    fn_id: fnUuid,
    generation_id: job.generation,
    job_id: job.id,
    max_attempts: maxAttempts,
    qi_id: queueItemId(job.id),
    request_id: requestId,
    run_id: job.run_id,
    stack: { current: stack.length, stack },
    step_id: 'step',
    use_api: useApi,
  };
  // Put together by hand in canonical order: what is stored is canonical already and need not be parsed again.
  const sorted = useApi ? [] : state.steps.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const steps = sorted.map((step) => `${JSON.stringify(step.id)}:${step.memo}`).join(',');
  const body = `{"ctx":${canonicalJson(ctx)},"defers":{},"event":${state.events[0]},"events":[${state.events.join(',')}],"steps":{${steps}},"use_api":${useApi},"version":${job.version}}`;
  const address = new URL(url);
  address.searchParams.set('stepId', job.step_id);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'Inngest',
    'x-inngest-generation-id': String(job.generation),
    'x-inngest-job-id': job.id,
    'x-inngest-req-version': String(job.version),
    'x-inngest-step-id': job.step_id,
    'x-request-id': requestId,
    'x-run-id': job.run_id,
  };
  if (core.signingKey) headers['x-inngest-signature'] = signBody(core.signingKey, body, Date.now());
  return post(address, { headers, body, timeoutMs: core.callTimeoutMs, maxBytes: MAX_ANSWER_BYTES });
}

/** The opaque `qi_id` by which a checkpoint names its queue row. */
export function queueItemId(jobId: string): string {
  return Buffer.from(`${jobId}::default`).toString('base64');
}

export function jobIdOf(queueItem: unknown): string {
  return (
    Buffer.from(String(queueItem ?? ''), 'base64')
      .toString()
      .split('::')[0] ?? ''
  );
}
