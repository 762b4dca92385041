import http from 'node:http';
import https from 'node:https';
import type { Answer } from './answer.ts';

/** How a failure begins when nobody answered at the app's address, or not to the end. */
export const UNREACHABLE = 'Unable to reach the app';
/** The failure of an answer with more than `maxBytes`. */
export const OUTPUT_TOO_LARGE = 'output_too_large';

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64 }),
};

export type PostOptions = {
  method?: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  maxBytes: number;
};

/** One HTTP request on a kept-alive connection. Never throws: no connection, a cut or a late answer is a `failure`. */
export async function post(address: URL, options: PostOptions): Promise<Answer> {
  const first = await attempt(address, options);
  // A kept-alive connection that the app closed meanwhile says nothing about the app: once more on a new one.
  return 'stale' in first ? attempt(address, options) : first;
}

function attempt(address: URL, options: PostOptions): Promise<Answer & { stale?: true }> {
  return new Promise((resolve) => {
    const secure = address.protocol === 'https:';
    const request = (secure ? https : http).request(address, {
      method: options.method ?? 'POST',
      agent: agents[secure ? 'https:' : 'http:'],
      headers: { ...options.headers, 'content-length': Buffer.byteLength(options.body) },
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    let received = false;
    const done = (answer: Answer & { stale?: true }) => {
      clearTimeout(timer);
      resolve(answer);
    };
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale =
        request.reusedSocket && !received && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      done({
        failure: `${UNREACHABLE}: ${error.message || error.code}`,
        ...(stale ? { stale } : {}),
      });
    });
    request.on('response', (response) => {
      received = true;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > options.maxBytes) {
          done({ failure: OUTPUT_TOO_LARGE });
          request.destroy();
        } else chunks.push(chunk);
      });
      response.on('error', (error) =>
        done({ failure: `${UNREACHABLE}: its answer broke off: ${error.message}` }),
      );
      response.on('end', () =>
        done({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    // As text it leaves together with the headers, in one write.
    request.end(options.body);
  });
}
