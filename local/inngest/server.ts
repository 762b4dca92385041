import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { readRunState, takeCheckpoint, takeSignal } from './checkpoint.ts';
import type { Core } from './core.ts';
import { readEvents } from './event.ts';
import { SyncRefused, uuidOf } from './function-config.ts';
import { createJob } from './job.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { listRuns, renderPage } from './page.ts';
import { endRun } from './run.ts';
import { bearerOf, sameSecret } from './signature.ts';
import { takeEvents } from './start-runs.ts';

export type ServerOptions = {
  core: Core;
  dev: boolean;
  eventKeys: string[];
  signingKeys: string[];
  host: string;
  onRegistered: () => void;
  counts: () => { running: number; waiting: number };
};

class TooLarge extends Error {}

/** The runner's HTTP side: event intake, what the SDK calls, and a page for people. */
export function createServer(options: ServerOptions): http.Server {
  const { core, dev } = options;
  const kind = dev ? 'dev' : 'cloud';
  const bearers = options.signingKeys.flatMap((key) => [bearerOf(key), key]);
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]', options.host]);

  const server = http.createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (error instanceof TooLarge) return reply(response, 413, { error: error.message, status: 413 });
      core.log('error', 'a request failed', {
        method: request.method,
        url: request.url,
        error: String(error),
      });
      reply(response, 500, { error: 'internal error; see the log of the runner', status: 500 });
    });
  });
  // Longer than any client keeps an idle connection: the client closes first and never writes into a closing one.
  server.keepAliveTimeout = 75_000;
  return server;

  function reply(response: http.ServerResponse, status: number, body?: unknown, type = 'application/json') {
    if (response.headersSent) return response.destroy();
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'x-inngest-server-kind': kind,
      'x-content-type-options': 'nosniff',
    });
    response.end(text);
  }

  function authenticated(request: http.IncomingMessage): boolean {
    if (dev) return true;
    const given = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    return bearers.some((bearer) => sameSecret(bearer, given));
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<unknown> {
    // A web page under a name that was pointed at 127.0.0.1 must not read this server.
    const hostname = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!hosts.has(hostname)) return reply(response, 403, { error: 'unknown host', status: 403 });
    const url = new URL(request.url ?? '/', 'http://runner');
    const path = url.pathname;
    const method = request.method ?? 'GET';

    if (path.startsWith('/e/')) {
      if (method !== 'POST') return reply(response, 405, { error: 'Method not allowed', status: 405 });
      return takeIn(request, response, decodeURIComponent(path.slice(3)));
    }
    if (path === '/health') return reply(response, 200, { status: 200, message: 'OK', ...options.counts() });
    if (method === 'GET' && path === '/api/runs')
      return reply(response, 200, await listRuns(core, url.searchParams));
    if (method === 'GET' && path === '/') {
      response.setHeader(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
      );
      return reply(
        response,
        200,
        renderPage(await listRuns(core, url.searchParams), url.searchParams),
        'text/html; charset=utf-8',
      );
    }

    if (path === '/fn/register' || path.startsWith('/v0/') || path.startsWith('/v1/')) {
      if (!authenticated(request)) {
        core.log('warn', 'refused: wrong signing key', { method, path });
        return reply(response, 401, 'Authentication failed\n', 'text/plain');
      }
      if (method === 'POST' && path === '/fn/register') return register(request, response);
      if (method === 'POST' && /^\/v1\/checkpoint\/[^/]+\/async$/.test(path)) {
        const { status, body } = await takeCheckpoint(core, await readJson(request));
        return reply(response, status, body);
      }
      if (method === 'POST' && path === '/v1/signals') {
        const { status, body } = await takeSignal(core, await readJson(request));
        return reply(response, status, body);
      }
      const [, run_id, what] = path.match(/^\/v0\/runs\/([^/]+)\/(actions|batch)$/) ?? [];
      if (method === 'GET' && run_id) {
        const { status, text } = await readRunState(core, run_id, what as 'actions' | 'batch');
        return reply(response, status, text);
      }
      const [, cancelled] = path.match(/^\/v1\/runs\/([^/]+)$/) ?? [];
      if (method === 'DELETE' && cancelled) return cancel(response, cancelled);
    }
    return reply(response, 404, { error: 'not found', status: 404 });
  }

  async function takeIn(request: http.IncomingMessage, response: http.ServerResponse, key: string) {
    if (!dev && !options.eventKeys.some((known) => sameSecret(known, key))) {
      return reply(response, 401, { status: 401, message: '', error: 'Event key not found' });
    }
    const seed = request.headers['x-inngest-event-id-seed'];
    const { events, error } = readEvents(
      await readBody(request),
      typeof seed === 'string' ? seed : undefined,
      Date.now(),
    );
    const jobs = await takeEvents(core, events);
    core.hand(jobs);
    const ids = events.length > 0 ? events.map((event) => event.id) : [''];
    if (error) return reply(response, 400, { ids, status: 400, error });
    return reply(response, 200, { ids, status: 200 });
  }

  async function register(request: http.IncomingMessage, response: http.ServerResponse) {
    const body = await readJson(request);
    const expected = request.headers['x-inngest-expected-server-kind'];
    if (expected && expected !== kind) {
      return reply(response, 400, { error: `Expected server kind ${kind}, got ${expected}` });
    }
    try {
      const { modified, appId } = await core.registry.register(body, new Date());
      if (modified) core.log('info', 'functions registered', { app: appId });
      options.onRegistered();
      return reply(response, 200, { ok: true, modified, sync_id: randomUUID(), app_id: uuidOf(appId) });
    } catch (error) {
      if (!(error instanceof SyncRefused)) throw error;
      core.log('error', 'sync refused', { error: error.message });
      return reply(response, 400, { error: error.message, data: null, status: 400 });
    }
  }

  async function cancel(response: http.ServerResponse, run_id: string) {
    const [run] = await core.sql`select function_id from runs where id = ${run_id}`;
    if (!run) return reply(response, 404, { error: 'run not found', status: 404 });
    const job = createJob({ function_id: run.function_id, run_id });
    core.hand(
      (await core.sql.begin((tx) => endRun(core, tx, job, 'cancelled', null))) as Awaited<
        ReturnType<typeof endRun>
      >,
    );
    return reply(response, 200);
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
          reject(new TooLarge(`a request may have at most ${MAX_REQUEST_BYTES} bytes`));
          request.pause();
        } else chunks.push(chunk);
      });
      request.on('end', () => resolve(Buffer.concat(chunks).toString()));
      request.on('error', reject);
    });
  }
}
