import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

type Headers = Record<string, string | undefined>;
export type Answer = { status: number; headers: Headers; body: string } | { failure: string };

/** How a failure begins when nobody answered at the app's address, or not to the end. */
export const UNREACHABLE = 'Unable to reach the app';
export const OUTPUT_TOO_LARGE = 'output_too_large';

const kept = { keepAlive: true, maxSockets: 256, maxFreeSockets: 64 };
const agents = { 'http:': new http.Agent(kept), 'https:': new https.Agent(kept) };

type Limits = { timeoutMs: number; maxBytes: number };
type PostOptions = Limits & { method?: string; headers: Record<string, string>; body: string };

/** One HTTP request on a kept-alive connection. Never throws: no connection, a cut or a late answer is a `failure`. */
export async function post(address: URL, options: PostOptions, again = false): Promise<Answer> {
  const { method = 'POST', body, timeoutMs, maxBytes } = options;
  const secure = address.protocol === 'https:';
  const request = (secure ? https : http).request(address, {
    ...{ method, agent: agents[secure ? 'https:' : 'http:'] },
    headers: { ...options.headers, 'content-length': Buffer.byteLength(body) },
  });
  let late = '';
  const timer = setTimeout(() => {
    late = `no answer within ${timeoutMs} ms`;
    request.destroy(new Error(late));
  }, timeoutMs);
  let response: http.IncomingMessage | undefined;
  try {
    // As text it leaves together with the headers, in one write.
    request.end(body);
    [response] = (await once(request, 'response')) as [http.IncomingMessage];
    request.on('error', () => {});
    const text = await readAtMost(maxBytes, response);
    if (text === undefined) return { failure: OUTPUT_TOO_LARGE };
    const headers = response.headers as Record<string, string>;
    return { status: response.statusCode ?? 0, headers, body: text };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A kept-alive connection that the app closed meanwhile says nothing about the app: once more on a new one.
    if (!again && !response && request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE'))
      return post(address, options, true);
    return {
      failure: `${UNREACHABLE}: ${late || (response ? `its answer broke off: ${message}` : message || code)}`,
    };
  } finally {
    clearTimeout(timer);
  }
}

/** The text of a stream, or undefined if it is longer; what is too much stays unread. */
export async function readAtMost(
  maxBytes: number,
  stream: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
