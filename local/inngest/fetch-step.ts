import { canonicalJson } from './canonical-json.ts';
import type { Core } from './core.ts';
import type { Job } from './job.ts';
import { MAX_STEP_BYTES } from './limits.ts';
import { resolveStep } from './run.ts';

type Request = { url: string; method?: string; headers?: Record<string, string>; body?: string };

/**
 * `step.fetch`: makes the request in the app's place; whatever is answered is the result. Nobody there, or no answer in
 * time: again by the backoff, as often as a step may be tried, then the step fails.
 */
export async function fetchStep(core: Core, job: Job): Promise<Job[]> {
  const request = JSON.parse(job.request ?? '{}') as Request;
  let memo: string;
  try {
    memo = canonicalJson({ data: await send(request, core.callTimeoutMs) });
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = `Error making gateway request: ${(cause as Error)?.message || message}`;
    const fault = { name: 'GatewayError', message: reason };
    if (job.attempt + 1 < (core.registry.get(job.function_id)?.maxAttempts ?? 1)) {
      const due_at = new Date(Date.now() + core.backoffMs(job.attempt));
      await core.sql`
        update queue set attempt = attempt + 1, due_at = ${due_at}, locked_by = null, error = ${canonicalJson(fault)}
        where id = ${job.id} and locked_by = ${core.runnerId}`;
      return [{ ...job, due_at, locked_by: null }];
    }
    memo = canonicalJson({ error: fault });
  }
  return core.patiently(() => core.sql.begin((tx) => resolveStep(core, tx, job, 'Gateway', memo))) as Promise<
    Job[]
  >;
}

async function send({ url, method = 'POST', headers, body }: Request, timeoutMs: number) {
  const bare = method === 'GET' || method === 'HEAD';
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method, headers, body: bare ? undefined : body || undefined, signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_STEP_BYTES) throw new Error('http response size is greater than the limit');
    chunks.push(chunk);
  }
  // Header names as the real server writes them.
  const named = [...response.headers].map(([name, value]) => [
    name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
    value,
  ]);
  const text = Buffer.concat(chunks).toString();
  return { body: text, headers: Object.fromEntries(named), status_code: response.status, url };
}
