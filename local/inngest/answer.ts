import { canonicalJson } from './canonical-json.ts';
import { parseRetryAfterMs } from './instant.ts';
import type { Job } from './job.ts';
import { MAX_NAME, MAX_STEP_BYTES } from './limits.ts';
import { OUTPUT_TOO_LARGE } from './post.ts';
import type { StepResult } from './run.ts';

export type Answer =
  | { status: number; headers: Record<string, string | undefined>; body: string }
  | { failure: string };
/** An open step: `name` is the SDK's argument (duration, event name), `label` what a reader calls the step. */
export type Op = { id: string; op: string; name: string; label: string; opts: Record<string, unknown> };

/** What an answer of the app means for its run. */
export type Outcome = {
  version: number;
  results: StepResult[];
  planned: Op[];
  next: 'continue' | { retryAt?: number; error: string } | { end: 'completed' | 'failed'; result: string };
};

const PLANNED = new Set([
  'StepPlanned',
  'Sleep',
  'WaitForEvent',
  'InvokeFunction',
  'WaitForSignal',
  'Gateway',
]);

/** The memo of a failed step: the SDK's error without the fields that the real server drops. */
function errorMemo(error: unknown): string {
  const { name, message, stack, cause } = (error ?? {}) as Record<string, unknown>;
  return canonicalJson({ error: { name: name ?? 'Error', message: message ?? '', stack, cause } });
}

const signatureHint = ': it refused our signature; do both have the same INNGEST_SIGNING_KEY?';
const stepTooLarge = (id: string) =>
  `error validating generator opcode ${id}: step output size is greater than the limit`;
const errorJson = (name: string, message: string) => canonicalJson({ name, message });

/** The id of a step: in truth a hash; what cannot be one would only fail in the database. */
export const isStepId = (id: unknown): id is string =>
  typeof id === 'string' && id.length <= MAX_NAME && !id.includes('\0');

/** When a step began, as the SDK measured it: nanoseconds. */
export function beganAt(timing: unknown): Date | null {
  const at = new Date(Number((timing as { a?: unknown } | undefined)?.a) / 1e6);
  return at.getTime() > 0 && at.getTime() < 4e12 ? at : null;
}

/** Reads one answer. Pure; decides retry, end, results and open steps by the recorded rules. */
export function readAnswer(answer: Answer, job: Job, maxAttempts: number, now: number): Outcome {
  try {
    return readGood(answer, job, maxAttempts, now);
  } catch (error) {
    // What no SDK writes, such as JSON nested ten thousands deep.
    return readGood({ failure: `the app's answer cannot be read: ${error}` }, job, maxAttempts, now);
  }
}

function readGood(answer: Answer, job: Job, maxAttempts: number, now: number): Outcome {
  const outcome: Outcome = { version: job.version, results: [], planned: [], next: 'continue' };
  const last = job.attempt + 1 >= maxAttempts;
  const retry = (error: string, retryAfter?: string): Outcome => {
    outcome.next = last
      ? { end: 'failed', result: error }
      : { error, retryAt: parseRetryAfterMs(retryAfter, now) };
    return outcome;
  };
  const fail = (error: string): Outcome => {
    outcome.next = { end: 'failed', result: error };
    return outcome;
  };

  if ('failure' in answer)
    return answer.failure === OUTPUT_TOO_LARGE
      ? fail(errorJson(OUTPUT_TOO_LARGE, "Your function's response body exceeds the maximum size limit"))
      : retry(errorJson('Error', answer.failure));
  let { status, headers, body } = answer;
  if (!headers['x-inngest-sdk']) {
    return retry(
      errorJson(
        'Error',
        `the app answered ${status} without being the Inngest SDK${status === 401 ? signatureHint : ''}`,
      ),
    );
  }
  let value: unknown;
  try {
    value = body.trim() === '' ? null : JSON.parse(body);
    // A streamed answer: the real status, headers and body are inside, after the heartbeat blanks.
    if (status === 201) {
      const inner = value as { status: number; headers?: Record<string, string>; body: string };
      status = inner.status;
      headers = {
        ...headers,
        ...Object.fromEntries(Object.entries(inner.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
      };
      body = inner.body;
      value = typeof body === 'string' ? (body === '' ? null : JSON.parse(body)) : body;
    }
  } catch {
    if (status === 200 || status === 201 || status === 206)
      return retry(errorJson('Error', 'the app answered something that is not JSON'));
    value = { name: 'Error', message: body.slice(0, 1000) };
  }
  const noRetry = headers['x-inngest-no-retry'] === 'true';
  if (status === 200) {
    outcome.next = { end: 'completed', result: canonicalJson(value) };
    return outcome;
  }
  if (status !== 206) {
    const refused = { name: 'Error', message: `the app answered 401${signatureHint}` };
    const error = canonicalJson(
      status === 401 ? refused : (value ?? { name: 'Error', message: `the app answered ${status}` }),
    );
    return noRetry ? fail(error) : retry(error, headers['retry-after']);
  }

  const version = Number(headers['x-inngest-req-version']);
  for (const raw of Array.isArray(value) ? value : [value]) {
    const { op, id, opts, data, error, timing } = (raw ?? {}) as Record<string, unknown>;
    const text = (field: unknown) => String(field ?? '').replaceAll('\0', '');
    const name = text((raw as Record<string, unknown>)?.name);
    const label = text((raw as Record<string, unknown>)?.displayName ?? name);
    if (typeof op !== 'string' || !isStepId(id))
      return retry(errorJson('Error', 'the app answered an operation without op or id'));
    if (op === 'StepRun' || op === 'Step') {
      const memo = op === 'Step' ? canonicalJson(data) : canonicalJson({ data: data ?? null });
      if (tooLarge(memo)) return fail(errorJson('Error', stepTooLarge(id)));
      outcome.results.push({ id, op, name: label, memo, began_at: beganAt(timing) });
    } else if (op === 'StepFailed' || (op === 'StepError' && last)) {
      outcome.results.push({
        ...{ id, op: 'StepFailed', name: label, memo: errorMemo(error), began_at: beganAt(timing) },
      });
    } else if (op === 'StepError') {
      outcome.next = { error: canonicalJson(error), retryAt: parseRetryAfterMs(headers['retry-after'], now) };
    } else if (op === 'RunComplete') {
      const result = canonicalJson(data ?? null);
      if (tooLarge(result)) return fail(errorJson('Error', stepTooLarge(id)));
      outcome.next = { end: 'completed', result };
    } else if (PLANNED.has(op)) {
      outcome.planned.push({ op, id, name, label, opts: (opts ?? {}) as Record<string, unknown> });
    } else if (op !== 'DiscoveryRequest') {
      return retry(errorJson('Error', `the operation "${op}" is not supported by this runner`));
    }
    // Only an answer that was understood settles the version.
    if (Number.isInteger(version)) outcome.version = version;
  }
  return outcome;
}

function tooLarge(text: string): boolean {
  return (
    text.length > MAX_STEP_BYTES ||
    (text.length > MAX_STEP_BYTES / 4 && Buffer.byteLength(text) > MAX_STEP_BYTES)
  );
}
