import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { Inngest, type InngestFunction } from 'inngest';
import { serve } from 'inngest/node';
import postgres from 'postgres';
import { type Runner, type RunnerOptions, startRunner } from './index.ts';

/** A run as the API shows it. */
export type RunEntry = {
  id: string;
  functionId: string;
  status: string;
  event: { name: string; id: string };
  eventIds: string[];
  startedAt: string;
  endedAt: string | null;
  output: unknown;
  error: unknown;
  replayedBy: string | null;
  parentRunId: string | null;
  steps: { name: string; op: string; beganAt: string | null; endedAt: string; failed: boolean }[];
  open: { kind: string; name: string; attempt: number; beganAt: string; dueAt: string; error: unknown }[];
};

/** Dummies, for tests only. */
export const signingKey = 'signkey-test-0123456789abcdef0123456789abcdef';
export const eventKey = 'test-event-key';

/** An empty database of its own on the server of TEST_DATABASE_URL. */
export async function createDatabase(): Promise<string> {
  const base = process.env.TEST_DATABASE_URL;
  if (!base) throw new Error('TEST_DATABASE_URL is missing');
  const name = `runner_${randomUUID().replaceAll('-', '')}`;
  const sql = postgres(base, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export type Call = {
  fnId: string;
  stepId: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  status: number;
  answerHeaders: Record<string, string>;
  answer: unknown;
};
/** Errors are what these tests are about; printed they would drown the rest. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

type AnyFunction = InngestFunction.Any;

/** A real SDK app on node:http that records the calls it gets. `port` may be kept over a restart. */
export async function startApp(client: Inngest, functions: AnyFunction[], port = 0) {
  const handler = serve({ client, functions });
  const calls: Call[] = [];
  let open = 0;
  let mostOpen = 0;
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    if (request.method === 'POST') {
      mostOpen = Math.max(mostOpen, ++open);
      response.on('close', () => open--);
      record(request, response, url);
    }
    handler(request, response);
  });
  function record(request: http.IncomingMessage, response: http.ServerResponse, url: URL) {
    const chunks: Buffer[] = [];
    const call: Call = {
      fnId: url.searchParams.get('fnId') ?? '',
      stepId: url.searchParams.get('stepId') ?? '',
      headers: request.headers,
      body: {},
      status: 0,
      answerHeaders: {},
      answer: undefined,
    };
    calls.push(call);
    // Listening would start the stream before the SDK is ready for it.
    const emit = request.emit.bind(request) as (event: string, ...rest: unknown[]) => boolean;
    request.emit = (event: string, ...rest: unknown[]) => {
      if (event === 'data') chunks.push(rest[0] as Buffer);
      if (event === 'end') call.body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
      return emit(event, ...rest);
    };
    const end = response.end.bind(response) as (chunk?: unknown, ...rest: unknown[]) => http.ServerResponse;
    const writeHead = response.writeHead.bind(response) as (
      status: number,
      headers?: object,
    ) => http.ServerResponse;
    response.writeHead = ((status: number, headers?: object) => {
      for (const [name, value] of Object.entries(headers ?? {}))
        call.answerHeaders[name.toLowerCase()] = value;
      return writeHead(status, headers);
    }) as typeof response.writeHead;
    const written: Buffer[] = [];
    const write = response.write.bind(response) as (chunk: unknown, ...rest: unknown[]) => boolean;
    response.write = ((chunk: unknown, ...rest: unknown[]) => {
      written.push(Buffer.from(chunk as string));
      return write(chunk, ...rest);
    }) as typeof response.write;
    response.end = ((chunk?: unknown, ...rest: unknown[]) => {
      if (chunk && typeof chunk !== 'function') written.push(Buffer.from(chunk as string));
      call.status = response.statusCode;
      const text = Buffer.concat(written).toString();
      try {
        call.answer = JSON.parse(text);
      } catch {
        call.answer = text;
      }
      return end(chunk, ...rest);
    }) as typeof response.end;
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/api/inngest`,
    port: address.port,
    calls,
    mostOpen: () => mostOpen,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A runner in dev mode (unless keys are given) with short retries, and a client of it; the address is fixed first. */
export async function startPair(
  build: (client: Inngest) => AnyFunction[],
  options: Partial<RunnerOptions> & {
    checkpointing?: boolean;
    clientOptions?: Record<string, unknown>;
    appId?: string;
    onRunner?: (url: string) => void;
  } = {},
) {
  const databaseUrl = options.databaseUrl ?? (await createDatabase());
  const log: string[] = [];
  const start = (port: number, appUrl?: string, more: Partial<RunnerOptions> = {}) =>
    startRunner({
      backoffMs: () => 50,
      log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
      ...options,
      ...more,
      databaseUrl,
      port,
      appUrl,
    });
  // Two steps: the client must know the runner's address before the app is served.
  const runner = await start(options.port ?? 0);
  options.onRunner?.(runner.url);
  const client = new Inngest({
    id: options.appId ?? 'app',
    isDev: !options.signingKey,
    baseUrl: runner.url,
    eventKey,
    logger: silent,
    ...(options.signingKey ? { signingKey: options.signingKey } : {}),
    ...(options.checkpointing === false ? { checkpointing: false } : {}),
    ...options.clientOptions,
  } as ConstructorParameters<typeof Inngest>[0]) as Inngest;
  const app = await startApp(client, build(client));
  const synced = await fetch(app.url, { method: 'PUT' });
  const answer = (await synced.json()) as { message: string };
  return { runner, client, app, databaseUrl, log, start, synced: { status: synced.status, ...answer } };
}

export async function runsOf(runner: Pick<Runner, 'url'>, query = ''): Promise<RunEntry[]> {
  const response = await fetch(`${runner.url}/api/runs?limit=200${query}`);
  return ((await response.json()) as { runs: RunEntry[] }).runs;
}

/** Polls until `look` gives something; fails with `what` after `limitMs`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false | null>,
  limitMs = 15_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** The run of a function that has ended, in whatever way. */
export function ended(
  runner: Pick<Runner, 'url'>,
  fn: string,
  count = 1,
  limitMs = 15_000,
): Promise<RunEntry[]> {
  return eventually(
    `${count} ended run(s) of ${fn}`,
    async () => {
      const runs = (await runsOf(runner, `&function=${fn}`)).filter((run) => run.endedAt);
      return runs.length >= count && runs.reverse();
    },
    limitMs,
  );
}
