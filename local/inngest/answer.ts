import type { Job } from './database.ts';
import { type Answer, OUTPUT_TOO_LARGE } from './post.ts';
import { canonicalJson, MAX_NAME, MAX_STEP_BYTES, parseJson, parseRetryAfterMs } from './protocol.ts';
import type { Op, Outcome, StepResult } from './settle.ts';

type Fields = Record<string, unknown>;

const PLANNED = ['StepPlanned', 'Sleep', 'WaitForEvent', 'InvokeFunction', 'WaitForSignal', 'Gateway'];
const SIGNATURE_HINT = ': it refused our signature; do both have the same INNGEST_SIGNING_KEY?';
const NOT_JSON = 'the app answered something that is not JSON';

/** What is wrong with an answer; a final one ends its run, whatever attempts are left. */
class Fault extends Error {}
class Final extends Fault {}

const textOf = (value: unknown) => String(value ?? '').replaceAll('\0', '');

/** Reads a step from an answer or a checkpoint. Undefined if its id cannot be one: it would only fail in the database. */
export function readStep(step: Fields): (StepResult & { tooLarge: boolean }) | undefined {
  const { id, op, name, displayName, data = null, timing, error } = step ?? {};
  if (typeof id !== 'string' || typeof op !== 'string' || id.length > MAX_NAME || id.includes('\0'))
    return undefined;
  // Of an error without the fields that the real server drops.
  const { name: kind = 'Error', message = '', stack, cause } = (error ?? {}) as Fields;
  const failed = op === 'StepFailed' || op === 'StepError';
  const wrapped = failed ? { error: { name: kind, message, stack, cause } } : { data };
  const memo = canonicalJson(op === 'Step' || op === 'RunComplete' ? data : wrapped);
  // When it began, as the SDK measured it: nanoseconds.
  const began = new Date(Number((timing as { a?: unknown } | undefined)?.a) / 1e6);
  const began_at = began.getTime() > 0 && began.getTime() < 4e12 ? began : null;
  const tooLarge = memo.length > MAX_STEP_BYTES / 4 && Buffer.byteLength(memo) > MAX_STEP_BYTES;
  return { id, op, name: textOf(displayName ?? name), memo, began_at, tooLarge };
}

/** Reads one answer. Pure; decides retry, end, results and open steps by the recorded rules. */
export function readAnswer(answer: Answer, job: Job, maxAttempts: number, now: number): Outcome {
  const outcome: Outcome & { planned: Op[] } = { results: [], planned: [] };
  try {
    readInto(outcome, answer, job.attempt + 1 >= maxAttempts, now);
  } catch (error) {
    // What no SDK writes, such as JSON nested ten thousands deep, ends in other errors than ours.
    const message = error instanceof Fault ? error.message : `the app's answer cannot be read: ${error}`;
    const result = canonicalJson({ name: 'Error', message });
    const final = error instanceof Final || job.attempt + 1 >= maxAttempts;
    outcome.next = final ? { end: 'failed', result } : { error: result };
  }
  return outcome;
}

/** Throws what is wrong with the answer; what was read before that counts. */
function readInto(outcome: Outcome & { planned: Op[] }, answer: Answer, last: boolean, now: number): void {
  if ('failure' in answer) {
    if (answer.failure !== OUTPUT_TOO_LARGE) throw new Fault(answer.failure);
    const message = "Your function's response body exceeds the maximum size limit";
    outcome.next = { end: 'failed', result: canonicalJson({ name: OUTPUT_TOO_LARGE, message }) };
    return;
  }
  let { status, headers, body } = answer;
  const hint = status === 401 ? SIGNATURE_HINT : '';
  if (!headers['x-inngest-sdk'])
    throw new Fault(`the app answered ${status} without being the Inngest SDK${hint}`);
  // A streamed answer: the real status, headers and body are inside, after the heartbeat blanks.
  if (status === 201) {
    const inner = parse(body) as { status: number; headers?: Record<string, string>; body: unknown } | null;
    if (typeof inner?.status !== 'number') throw new Fault(NOT_JSON);
    const lower = Object.entries(inner.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    headers = { ...headers, ...Object.fromEntries(lower) };
    status = inner.status;
    body = typeof inner.body === 'string' ? inner.body : JSON.stringify(inner.body ?? null);
  }
  const retryAt = parseRetryAfterMs(headers['retry-after'], now);
  if (status === 200) outcome.next = { end: 'completed', result: canonicalJson(parse(body)) };
  else if (status !== 206) {
    const said = { name: 'Error', message: body.slice(0, 1000) };
    const silent = { name: 'Error', message: `the app answered ${status}${hint}` };
    const error = canonicalJson(hint ? silent : (parse(body, said) ?? silent));
    const final = last || headers['x-inngest-no-retry'] === 'true';
    outcome.next = final ? { end: 'failed', result: error } : { error, retryAt };
  }
  for (const raw of status === 206 ? ([parse(body)].flat() as Fields[]) : []) {
    const step = readStep(raw);
    if (!step) throw new Fault('the app answered an operation without op or id');
    const { tooLarge, ...result } = step;
    const { op, id } = result;
    if (tooLarge)
      throw new Final(`error validating generator opcode ${id}: step output size is greater than the limit`);
    if (['StepRun', 'Step', 'StepFailed'].includes(op)) outcome.results.push(result);
    else if (op === 'StepError' && last) outcome.results.push({ ...result, op: 'StepFailed' });
    else if (op === 'StepError') outcome.next = { error: canonicalJson(raw.error), retryAt };
    else if (op === 'RunComplete') outcome.next = { end: 'completed', result: result.memo };
    else if (PLANNED.includes(op)) {
      const opts = (raw.opts ?? {}) as Fields;
      outcome.planned.push({ op, id, name: textOf(raw.name), label: result.name, opts });
    } else if (op !== 'DiscoveryRequest')
      throw new Fault(`the operation "${op}" is not supported by this runner`);
    // Only an answer that was understood settles the version.
    const version = Number(headers['x-inngest-req-version']);
    if (Number.isInteger(version)) outcome.version = version;
  }
}

function parse(text: string, otherwise?: unknown): unknown {
  const value = text.trim() === '' ? null : parseJson(text);
  if (value === undefined && !otherwise) throw new Fault(NOT_JSON);
  return value === undefined ? otherwise : value;
}
