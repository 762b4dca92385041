import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import * as api from './api.ts';
import { Refused, type Reply, readRunState, takeCheckpoint, takeSignal } from './checkpoint.ts';
import type { Core } from './core.ts';
import { readEvents } from './event.ts';
import { SyncRefused } from './function-config.ts';
import { readAtMost } from './post.ts';
import { bearerOf, MAX_REQUEST_BYTES, parseJson, sameSecret, uuidOf } from './protocol.ts';
import { takeEvents } from './start-runs.ts';

const PAGE = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
const SCRIPT = createHash('sha256').update(PAGE.match(/<script>([\s\S]*?)<\/script>/)?.[1] ?? '');
const PAGE_POLICY = `default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT.digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Asked = { request: http.IncomingMessage; query: URLSearchParams; id: string };

/** The runner's HTTP side: event intake, what the SDK calls, and a page and an API for people. */
export function createServer(core: Core, counts: () => Record<string, number>): http.Server {
  const { dev, password } = core;
  const kind = dev ? 'dev' : 'cloud';
  const keys = [core.signingKey, core.signingKeyFallback].filter((key) => key !== undefined);
  const bearers = keys.flatMap((key) => [bearerOf(key), key]);
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]', core.host]);

  /** Method and path with `:id` for one part of it. Those of `/fn`, `/v0` and `/v1` are for the SDK, the rest for people. */
  const routes: Record<string, (asked: Asked) => Promise<Reply>> = {
    'POST /e/:id': takeIn,
    'GET /health': health,
    'POST /fn/register': register,
    'POST /v1/checkpoint/:id/async': async ({ request }) => takeCheckpoint(core, await readJson(request)),
    'POST /v1/signals': async ({ request }) => takeSignal(core, await readJson(request)),
    'GET /v0/runs/:id/actions': ({ id }) => readRunState(core, id, 'actions'),
    'GET /v0/runs/:id/batch': ({ id }) => readRunState(core, id, 'batch'),
    'DELETE /v1/runs/:id': ({ id }) => api.cancelRun(core, id),
    'GET /': async () => found(PAGE, 'text/html; charset=utf-8'),
    'GET /metrics': async () => found(await api.metrics(core, counts()), 'text/plain; version=0.0.4'),
    'GET /api/runs': async ({ query }) => found(await api.listRuns(core, query)),
    'GET /api/runs/:id': async ({ id }) => found(await api.showRun(core, id)),
    'GET /api/events': async ({ query }) => found(await api.listEvents(core, query)),
    'GET /api/functions': async () => found({ functions: core.registry.active() }),
    'POST /api/runs/:id/cancel': ({ id }) => api.cancelRun(core, id),
    'POST /api/runs/:id/replay': async ({ id }) => {
      const [run] = await api.replayRuns(core, [id]);
      if (run) return found({ id: run });
      throw new Refused(409, 'not ended, replayed already, or its function or event is gone');
    },
    'POST /api/replay': async ({ request }) =>
      found(await api.replayFailures(core, (await readJson(request)) ?? {})),
  };
  const patterns = Object.entries(routes).map(
    ([route, answer]) => [new RegExp(`^${route.replace(':id', '([^/]*)')}$`), answer] as const,
  );

  const server = http.createServer(async (request, response) => {
    const reply = await handle(request).catch((error): Reply => {
      if (error instanceof Refused) return error.reply;
      const { method, url } = request;
      core.log('error', 'a request failed', { method, url: url?.slice(0, 200), error: String(error) });
      return { status: 500, body: { error: 'internal error; see the log of the runner', status: 500 } };
    });
    const { status, body, type = 'application/json' } = reply;
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'x-inngest-server-kind': kind,
      'x-content-type-options': 'nosniff',
      ...(body === PAGE ? { 'content-security-policy': PAGE_POLICY } : {}),
      ...(status === 401 && password ? { 'www-authenticate': 'Basic realm="runner"' } : {}),
    });
    response.end(text);
  });
  // Longer than any client keeps an idle connection: the client closes first and never writes into a closing one.
  server.keepAliveTimeout = 75_000;
  return server;

  async function handle(request: http.IncomingMessage): Promise<Reply> {
    const { method = 'GET', headers } = request;
    const { host = '', origin, authorization = '', 'sec-fetch-site': site = 'none' } = headers;
    // A web page under a name that was pointed at 127.0.0.1 must not read this server, nor one elsewhere change it.
    if (!password && !hosts.has(host.replace(/:\d+$/, ''))) throw new Refused(403, 'unknown host');
    const foreign =
      (origin && URL.parse(origin)?.host !== host) || !['none', 'same-origin'].includes(`${site}`);
    if (method !== 'GET' && foreign) throw new Refused(403, 'refused from another site');
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://runner');
    const asked = `${method} ${pathname}`;
    const [pattern, answer] = patterns.find(([route]) => route.test(asked)) ?? [];
    const id = (pattern && asked.match(pattern)?.[1]) ?? '';
    if (answer === takeIn || answer === health) return answer({ request, query, id });
    if (pathname.startsWith('/e/')) throw new Refused(405, 'Method not allowed');
    if (/^\/(fn|v0|v1)\//.test(pathname)) {
      const bearer = authorization.replace(/^Bearer /, '');
      if (!dev && !bearers.some((known) => sameSecret(known, bearer))) {
        core.log('warn', 'refused: wrong signing key', { method, path: pathname.slice(0, 200) });
        return { status: 401, body: 'Authentication failed\n', type: 'text/plain' };
      }
    } else if (password) {
      const given = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString();
      if (!sameSecret(password, given.replace(/^[^:]*:/, ''))) throw new Refused(401, 'a password is needed');
    }
    return answer ? answer({ request, query, id }) : found(undefined);
  }

  async function health(): Promise<Reply> {
    const asked = core.sql`select count(*)::int as n from apps`;
    const [row] = await Promise.race([asked.catch(() => []), pause(2000, [], { ref: false })]);
    if (row) return found({ status: 200, message: 'OK', database: true, registered: row.n > 0, ...counts() });
    throw new Refused(503, 'the database cannot be reached', { database: false, ...counts() });
  }

  async function takeIn({ request, id }: Asked): Promise<Reply> {
    const key = id.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (!dev && !core.eventKeys.some((known) => sameSecret(known, key)))
      throw new Refused(401, 'Event key not found', { message: '' });
    const seed = request.headers['x-inngest-event-id-seed'];
    const { events, error } = readEvents(await readBody(request), seed?.toString());
    core.hand(await takeEvents(core, events));
    const ids = events.length > 0 ? events.map((event) => event.id) : [''];
    if (error) throw new Refused(400, error, { ids });
    return found({ ids, status: 200 });
  }

  async function register({ request }: Asked): Promise<Reply> {
    const body = await readJson(request);
    const { 'x-inngest-expected-server-kind': expected = kind } = request.headers;
    const wrong = `Expected server kind ${kind}, got ${expected}`;
    if (expected !== kind) return { status: 400, body: { error: wrong } };
    try {
      const { modified, appId } = await core.registry.register(body, new Date());
      if (modified) core.log('info', 'functions registered', { app: appId });
      core.sql.notify(`${core.schema}_work`, 'config').catch(() => {});
      return found({ ok: true, modified, sync_id: randomUUID(), app_id: uuidOf(appId) });
    } catch (error) {
      if (!(error instanceof SyncRefused)) throw error;
      core.log('error', 'sync refused', { error: error.message });
      throw new Refused(400, error.message, { data: null });
    }
  }
}

function found(body: unknown, type?: string): Reply {
  if (body === undefined) throw new Refused(404, 'not found');
  return { status: 200, body, type };
}

const readJson = async (request: http.IncomingMessage) => parseJson(await readBody(request));

async function readBody(request: http.IncomingMessage): Promise<string> {
  // A destroyed connection would carry no answer.
  const text = await readAtMost(MAX_REQUEST_BYTES, request.iterator({ destroyOnReturn: false }));
  if (text === undefined) throw new Refused(413, `a request may have at most ${MAX_REQUEST_BYTES} bytes`);
  return text;
}
