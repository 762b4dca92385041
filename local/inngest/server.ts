import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import * as api from './api.ts';
import { type Reply, readRunState, takeCheckpoint, takeSignal } from './checkpoint.ts';
import type { Core } from './core.ts';
import { readEvents } from './event.ts';
import { SyncRefused, uuidOf } from './function-config.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { bearerOf, sameSecret } from './signature.ts';
import { takeEvents } from './start-runs.ts';

export type ServerOptions = {
  core: Core;
  dev: boolean;
  eventKeys: string[];
  signingKeys: string[];
  host: string;
  /** Asked for by page, API and metrics; without it this listens on the loopback only. */
  password?: string;
  onRegistered: () => void;
  counts: () => { running: number; waiting: number };
};

class Refused extends Error {
  status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const PAGE = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
const hashOf = (tag: string) =>
  `'sha256-${createHash('sha256')
    .update(PAGE.match(new RegExp(`<${tag}>([^]*?)</${tag}>`))?.[1] ?? '')
    .digest('base64')}'`;
const PAGE_POLICY = `default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src ${hashOf('script')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Asked = {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  query: URLSearchParams;
  id: string;
};
type Routes = [route: RegExp, answer: (asked: Asked) => Promise<Reply>][];

/** The runner's HTTP side: event intake, what the SDK calls, and a page and an API for people. */
export function createServer(options: ServerOptions): http.Server {
  const { core, dev } = options;
  const kind = dev ? 'dev' : 'cloud';
  const bearers = options.signingKeys.flatMap((key) => [bearerOf(key), key]);
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]', options.host]);

  const forAll = routes({ 'POST /e/:id': takeIn, 'GET /health': health });
  const forPeople = routes({
    'GET /': async ({ response }) => {
      response.setHeader('content-security-policy', PAGE_POLICY);
      return { status: 200, body: PAGE, type: 'text/html; charset=utf-8' };
    },
    'GET /metrics': async () => ({
      ...found(await api.metrics(core, options.counts())),
      type: 'text/plain; version=0.0.4',
    }),
    'GET /api/runs': async ({ query }) => found(await api.listRuns(core, query)),
    'GET /api/runs/:id': async ({ id }) => found(await api.showRun(core, id)),
    'GET /api/events': async ({ query }) => found(await api.listEvents(core, query)),
    'GET /api/functions': async () => found({ functions: core.registry.all() }),
    'POST /api/runs/:id/cancel': cancel,
    'POST /api/runs/:id/replay': async ({ id }) => {
      const [run] = await api.replayRuns(core, [id]);
      if (run) return found({ id: run });
      throw new Refused(409, 'not ended, replayed already, or its function or event is gone');
    },
    'POST /api/replay': replayFailures,
  });
  const forSdk = routes({
    'POST /fn/register': register,
    'POST /v1/checkpoint/:id/async': async ({ request }) => takeCheckpoint(core, await readJson(request)),
    'POST /v1/signals': async ({ request }) => takeSignal(core, await readJson(request)),
    'GET /v0/runs/:id/actions': async ({ id }) => readRunState(core, id, 'actions'),
    'GET /v0/runs/:id/batch': async ({ id }) => readRunState(core, id, 'batch'),
    'DELETE /v1/runs/:id': cancel,
  });

  const server = http.createServer((request, response) => {
    handle(request, response)
      .catch((error): Reply => {
        if (error instanceof Refused)
          return { status: error.status, body: { error: error.message, status: error.status } };
        core.log('error', 'a request failed', {
          ...{ method: request.method, url: request.url?.slice(0, 200), error: String(error) },
        });
        return { status: 500, body: { error: 'internal error; see the log of the runner', status: 500 } };
      })
      .then(({ status, body, type = 'application/json' }) => {
        if (response.headersSent) return response.destroy();
        const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
        response.writeHead(status, {
          ...{
            'content-type': type,
            'content-length': Buffer.byteLength(text),
            'x-inngest-server-kind': kind,
          },
          'x-content-type-options': 'nosniff',
        });
        response.end(text);
      });
  });
  // Longer than any client keeps an idle connection: the client closes first and never writes into a closing one.
  server.keepAliveTimeout = 75_000;
  return server;

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<Reply> {
    const { host = '', origin, authorization = '' } = request.headers;
    const site = request.headers['sec-fetch-site'] ?? 'none';
    // A web page under a name that was pointed at 127.0.0.1 must not read this server, nor one elsewhere change it.
    if (!options.password && !hosts.has(host.replace(/:\d+$/, ''))) throw new Refused(403, 'unknown host');
    const method = request.method ?? 'GET';
    if (
      method !== 'GET' &&
      ((origin && URL.parse(origin)?.host !== host) || !['none', 'same-origin'].includes(`${site}`))
    )
      throw new Refused(403, 'refused from another site');
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://runner');
    const asked = `${method} ${pathname}`;
    const find = (list: Routes) => {
      const [route, answer] = list.find(([each]) => each.test(asked)) ?? [];
      return answer?.({ request, response, query, id: asked.match(route as RegExp)?.[1] ?? '' });
    };

    const open = find(forAll);
    if (open) return open;
    if (pathname.startsWith('/e/')) throw new Refused(405, 'Method not allowed');
    const sdk = /^\/(fn|v0|v1)\//.test(pathname);
    if (sdk && !dev && !bearers.some((bearer) => sameSecret(bearer, authorization.replace(/^Bearer /, '')))) {
      core.log('warn', 'refused: wrong signing key', { method, path: pathname.slice(0, 200) });
      return { status: 401, body: 'Authentication failed\n', type: 'text/plain' };
    }
    const password = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
    if (!sdk && options.password && !sameSecret(options.password, password)) {
      response.setHeader('www-authenticate', 'Basic realm="runner"');
      throw new Refused(401, 'a password is needed');
    }
    const answer = find(sdk ? forSdk : forPeople);
    if (answer) return answer;
    throw new Refused(404, 'not found');
  }

  async function health(): Promise<Reply> {
    const late = new Promise<never>((_, reject) =>
      setTimeout(reject, 2000, new Error('no answer in 2 s')).unref(),
    );
    try {
      const [row] = await Promise.race([core.sql`select count(*)::int as n from apps`, late]);
      const body = {
        status: 200,
        message: 'OK',
        database: true,
        registered: row?.n > 0,
        ...options.counts(),
      };
      return { status: 200, body };
    } catch (error) {
      const message = `the database cannot be reached: ${(error as Error).message}`;
      return { status: 503, body: { status: 503, message, database: false, ...options.counts() } };
    }
  }

  async function takeIn({ request, id: key }: Asked): Promise<Reply> {
    const given = key.replace(/%[0-9a-f]{2}/gi, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    );
    if (!dev && !options.eventKeys.some((known) => sameSecret(known, given)))
      return { status: 401, body: { status: 401, message: '', error: 'Event key not found' } };
    const seed = request.headers['x-inngest-event-id-seed'];
    const { events, error } = readEvents(
      await readBody(request),
      typeof seed === 'string' ? seed : undefined,
      Date.now(),
    );
    core.hand(await takeEvents(core, events));
    const ids = events.length > 0 ? events.map((event) => event.id) : [''];
    return error
      ? { status: 400, body: { ids, status: 400, error } }
      : { status: 200, body: { ids, status: 200 } };
  }

  async function register({ request }: Asked): Promise<Reply> {
    const body = await readJson(request);
    const expected = request.headers['x-inngest-expected-server-kind'];
    if (expected && expected !== kind)
      return { status: 400, body: { error: `Expected server kind ${kind}, got ${expected}` } };
    try {
      const { modified, appId } = await core.registry.register(body, new Date());
      if (modified) core.log('info', 'functions registered', { app: appId });
      options.onRegistered();
      return found({ ok: true, modified, sync_id: randomUUID(), app_id: uuidOf(appId) });
    } catch (error) {
      if (!(error instanceof SyncRefused)) throw error;
      core.log('error', 'sync refused', { error: error.message });
      return { status: 400, body: { error: error.message, data: null, status: 400 } };
    }
  }

  async function cancel({ id }: Asked): Promise<Reply> {
    if (!(await api.cancelRun(core, id))) throw new Refused(404, 'run not found');
    return { status: 200 };
  }

  /** Says how many it would replay; does it only when told `confirm` with that number. */
  async function replayFailures({ request }: Asked): Promise<Reply> {
    const asked = (await readJson(request)) as {
      function?: string;
      from?: string;
      to?: string;
      confirm?: number;
    };
    for (const date of [asked?.from, asked?.to])
      if (date && Number.isNaN(Date.parse(date))) throw new Refused(400, `"${date}" is not a date`);
    const ids = await api.findFailures(core.sql, asked ?? {});
    if (asked?.confirm === undefined) return found({ count: ids.length, most: api.MAX_REPLAYS });
    if (asked.confirm !== ids.length) throw new Refused(409, `there are ${ids.length} failed runs now`);
    return found({ replayed: await api.replayRuns(core, ids) });
  }
}

/** Routes as written, method and path with `:id` for one part of it, made ready for matching. */
function routes(list: Record<string, (asked: Asked) => Promise<Reply>>): Routes {
  return Object.entries(list).map(([route, answer]) => [
    new RegExp(`^${route.replace(':id', '([^/]*)')}$`),
    answer,
  ]);
}

function found(body: unknown): Reply {
  if (body === undefined) throw new Refused(404, 'not found');
  return { status: 200, body };
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const text = await readBody(request);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readBody(request: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_REQUEST_BYTES) {
        reject(new Refused(413, `a request may have at most ${MAX_REQUEST_BYTES} bytes`));
        request.pause();
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}
