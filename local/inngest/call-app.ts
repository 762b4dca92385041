import { Readable } from 'node:stream';
import { readAnswer } from './answer.ts';
import type { Core } from './core.ts';
import { createJob, type Job, rowsOf } from './database.ts';
import { newId } from './event.ts';
import type { FunctionConfig } from './function-config.ts';
import { type Answer, post, readAtMost, UNREACHABLE } from './post.ts';
import { canonicalJson, MAX_ANSWER_BYTES, MAX_STEP_BYTES, signBody } from './protocol.ts';
import { type Outcome, settle, stepDone } from './settle.ts';

/** Calls the app for one claimed row and settles what it answers. Throws only if the database stays away. */
export async function callApp(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.function_id);
  if (!fn) throw new Error(`function ${job.function_id} is not registered`);
  const begun = !fn.timeouts || (await core.patiently(() => begin(core, job, fn.timeouts?.finishMs)));
  const state = begun && (await core.patiently(() => readState(core, job)));
  if (!state) return core.sql<Job[]>`delete from queue where id = ${job.id}`;
  const began = Date.now();
  const answer = await sendCall(core, job, fn, state);
  const unreachable = 'failure' in answer && answer.failure.startsWith(UNREACHABLE);
  if (unreachable) core.unreachable();
  const outcome = readAnswer(answer, job, fn.maxAttempts, Date.now());
  const { next } = outcome;
  const log = (level: 'warn' | 'error', what: string, error: string) =>
    core.log(level, what, {
      function: fn.id,
      run: job.run_id,
      attempt: job.attempt,
      error: error.slice(0, 500),
    });
  if (next && 'error' in next) log('warn', 'a call will be tried again', next.error);
  else if (next?.end === 'failed') log('error', 'a run failed', next.result);
  const jobs = await core.patiently(() => settle(core, job, outcome));
  // It registered while this call failed: too soon for the registration to find the row that waits.
  if (!unreachable || core.registry.registeredAt() < began) return jobs;
  await core.sql`update queue set due_at = now() where id = ${job.id} and locked_by is null and attempt > ${job.attempt}`;
  return jobs.map((each) => ({ ...each, due_at: new Date() }));
}

/** Notes the first call of a run that has timeouts: the one for its start is off, the one for its end counts from here. */
async function begin(core: Core, job: Job, finishMs?: number): Promise<boolean> {
  const at = new Date(Date.now() + (finishMs ?? 0));
  const finish = createJob(job, { kind: 'timeout', step_id: 'finish', name: 'finish', due_at: at, at });
  const rows = finishMs === undefined ? [] : [finish];
  const [run] = await core.sql`
    with begun as (
      update runs set called_at = now() where id = ${job.run_id} and called_at is null and ended_at is null returning id),
    gone as (delete from queue where run_id in (select id from begun) and kind = 'timeout'),
    next as (insert into queue select x.* from begun, ${rowsOf(core.sql, 'queue', rows)} as x)
    select ended_at is null as open from runs where id = ${job.run_id}`;
  core.hand(rows);
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
  return events.length === 0 ? undefined : { events: events.map(({ payload }) => payload), steps };
}

function sendCall(core: Core, job: Job, fn: FunctionConfig, { events, steps }: State): Promise<Answer> {
  const { id: job_id, run_id, step_id, attempt, generation: generation_id, plan_only } = job;
  const request_id = newId();
  // Too much to be sent with the call: the SDK fetches it.
  const use_api = steps.reduce((size, step) => size + step.memo.length, 0) > MAX_STEP_BYTES;
  const stack = steps.map((step) => step.id);
  const ctx = {
    ...{ attempt, env: '', generation_id, job_id, request_id, run_id, step_id: 'step', use_api },
    disable_immediate_execution: plan_only,
    fn_id: fn.uuid,
    max_attempts: fn.maxAttempts,
    // Opaque to the SDK: by it a checkpoint names its queue row.
    qi_id: Buffer.from(`${job_id}::default`).toString('base64'),
    stack: { current: stack.length, stack },
  };
  // Put together by hand in canonical order: what is stored is canonical already and need not be parsed again.
  const sorted = use_api ? [] : steps.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const memos = sorted.map((step) => `${JSON.stringify(step.id)}:${step.memo}`).join(',');
  const body = `{"ctx":${canonicalJson(ctx)},"defers":{},"event":${events[0]},"events":[${events.join(',')}],"steps":{${memos}},"use_api":${use_api},"version":${job.version}}`;
  const address = new URL(fn.url);
  address.searchParams.set('stepId', step_id);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Inngest',
    'x-inngest-generation-id': String(generation_id),
    'x-inngest-job-id': job_id,
    'x-inngest-req-version': String(job.version),
    'x-inngest-step-id': step_id,
    'x-request-id': request_id,
    'x-run-id': run_id,
    ...signatureOf(core, body),
  };
  return post(address, { headers, body, timeoutMs: core.callTimeoutMs, maxBytes: MAX_ANSWER_BYTES });
}

export const signatureOf = ({ signingKey }: Core, body: string): Record<string, string> =>
  signingKey ? { 'x-inngest-signature': signBody(signingKey, body, Date.now()) } : {};

/** `step.fetch`: makes the request in the app's place, as often as a step may be tried; whatever is answered is the result. */
export async function fetchStep(core: Core, job: Job): Promise<Job[]> {
  const { maxAttempts = 1 } = core.registry.get(job.function_id) ?? {};
  const done = await request(job.request ?? '{}', core.callTimeoutMs).then(
    (data) => stepDone(job, canonicalJson({ data })),
    ({ message, cause }): Outcome => {
      const error = {
        name: 'GatewayError',
        message: `Error making gateway request: ${cause?.message || message}`,
      };
      if (job.attempt + 1 >= maxAttempts) return stepDone(job, canonicalJson({ error }));
      return { results: [], next: { error: canonicalJson(error) } };
    },
  );
  return core.patiently(() => settle(core, job, done));
}

async function request(json: string, timeoutMs: number) {
  const { url, method = 'POST', headers, body: given } = JSON.parse(json) as RequestInit & { url: string };
  const sent = method === 'GET' || method === 'HEAD' ? undefined : given || undefined;
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method, headers, body: sent, signal });
  const body = await readAtMost(MAX_STEP_BYTES, response.body ?? Readable.from([]));
  if (body === undefined) throw new Error('http response size is greater than the limit');
  // Header names as the real server writes them.
  const proper = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  const named = [...response.headers].map(([name, value]) => [proper(name), value]);
  return { body, headers: Object.fromEntries(named), status_code: response.status, url };
}
