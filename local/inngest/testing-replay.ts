import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inngest, type InngestFunction, NonRetriableError, RetryAfterError } from 'inngest';
import { serve } from 'inngest/node';
import postgres from 'postgres';
import { startRunner } from './index.ts';
import { bearerOf, canonicalJson, signBody } from './protocol.ts';
import { eventually, signingKey } from './testing.ts';
import {
  type Direction,
  type Exchange,
  type FinalRun,
  json,
  type Scenario,
  type Sequence,
} from './testing-recording.ts';

const fallbackKey = 'signkey-test-fedcba9876543210fedcba9876543210';
const signedEventKey = 'golden-event-key';

type Variant = {
  id: string;
  options?: object;
  prefix?: string;
  streaming?: true;
  /** What the recording's proxy took out of each call. */
  without?: 'fn_id' | 'qi_id';
  runnerKey?: string;
};
/** The ways in which the recorded app was set up. */
export const variants: Record<string, Variant> = {
  ck: { id: 'golden' },
  cl: { id: 'classic', options: { checkpointing: false } },
  buf: {
    id: 'buffered',
    options: { checkpointing: { bufferedSteps: 10, maxInterval: '10s', maxRuntime: '30s' } },
  },
  rt: { id: 'maxruntime', options: { checkpointing: { maxRuntime: '200ms' } } },
  no404: { id: 'nockapi' },
  flakyck: { id: 'flakyckapi' },
  st409: { id: 'stale' },
  nofn: { id: 'nofnid', without: 'fn_id' },
  noqi: { id: 'noqiid', without: 'qi_id' },
  down: { id: 'downapp' },
  weird: { id: 'weirdapp' },
  stream: { id: 'streaming', streaming: true },
  cron: { id: 'cronapp' },
  cfg: { id: 'config-app' },
  reg: { id: 'regfail' },
  none: { id: 'none' },
  signed: {
    id: 'signed-app',
    prefix: 'sg',
    runnerKey: signingKey,
    options: { isDev: false, signingKey, signingKeyFallback: fallbackKey, env: 'production' },
  },
  rotate: {
    id: 'rotate-app',
    prefix: 'sg',
    runnerKey: fallbackKey,
    options: { isDev: false, signingKey, signingKeyFallback: fallbackKey },
  },
};

export type Replay = {
  observed: Exchange[];
  answers: { recorded: Exchange; res: Exchange['res'] }[];
  runs: FinalRun[];
};

type Proxy = {
  url: string;
  to(url: string): void;
  /** Forgets what passed so far: the recording begins here. */
  begin(): void;
  close(): Promise<void>;
  open(): Promise<void>;
};

/**
 * Stands between the two and notes what passes, in the order in which it was sent. The k-th request to a path whose
 * k-th recorded one was answered by the recording's proxy is answered here in the same way.
 */
async function startProxy(
  dir: Direction,
  log: Exchange[],
  recorded: Exchange[],
  without?: 'fn_id' | 'qi_id',
): Promise<Proxy> {
  let target: (url: string) => void;
  const targetUrl = new Promise<string>((resolve) => {
    target = resolve;
  });
  const kindOf = (path = '') => path.replace(/^(\/v1\/checkpoint|\/e|\/fn|\/api).*/, '$1');
  const counts = new Map<string, number>();
  let begun = false;
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    const url = new URL(request.url ?? '/', 'http://proxy');
    const kind = kindOf(url.pathname);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const exchange: Exchange = {
      n: log.length + 1,
      t: Date.now(),
      ms: 0,
      dir,
      req: {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers as Record<string, string>,
      },
      res: {},
    };
    log.push(exchange);
    for await (const chunk of request) chunks.push(chunk as Buffer);
    let body: Buffer | string = Buffer.concat(chunks);
    exchange.req.body = json(body.toString());
    const ctx = (exchange.req.body as { ctx?: Record<string, unknown> } | null)?.ctx;
    if (ctx && without) {
      delete ctx[without];
      body = JSON.stringify(exchange.req.body);
    }
    const same = recorded.filter((each) => each.dir === dir && kindOf(each.req.path) === kind)[count];
    if (begun && same?.injected) {
      if (same.res.error) return void request.socket.destroy();
      const text = (same.res.body as { '<text>'?: string })?.['<text>'] ?? JSON.stringify(same.res.body);
      exchange.res = { status: same.res.status, headers: same.res.headers, body: same.res.body };
      response.writeHead(same.res.status as number, same.res.headers as http.OutgoingHttpHeaders).end(text);
      return;
    }
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(body)) };
    delete headers['transfer-encoding'];
    try {
      const answer = await send(`${await targetUrl}${request.url}`, request.method ?? 'GET', headers, body);
      exchange.res = { status: answer.status, headers: answer.headers, body: json(answer.text) };
      exchange.ms = Date.now() - exchange.t;
      response.writeHead(answer.status, answer.headers as http.OutgoingHttpHeaders).end(answer.text);
    } catch {
      request.socket.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    to: (url) => target(url),
    begin() {
      counts.clear();
      begun = true;
    },
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    async open() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

function send(url: string, method: string, headers: Record<string, unknown>, body: Buffer | string) {
  return new Promise<{ status: number; headers: Record<string, string>; text: string }>((resolve, reject) => {
    const request = http.request(
      url,
      { method, headers: headers as http.OutgoingHttpHeaders, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { 'transfer-encoding': _coding, connection: _connection, ...rest } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            headers: rest as Record<string, string>,
            text: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

type Functions = InngestFunction.Any[];

/** The functions of a sequence, from their recorded source; those of other scenarios that it uses too. */
function build(sequence: Sequence, scenarios: Scenario[], client: Inngest, site: string): Functions {
  const variant = variants[sequence.app] as Variant;
  const prefix = variant.prefix ?? sequence.app;
  const ev = (name: string) => `${prefix}/${name}`;
  // biome-ignore lint/suspicious/noExplicitAny: recorded source is untyped.
  const made = new Map<string, any>();
  // biome-ignore lint/suspicious/noExplicitAny: recorded source is untyped.
  const F = (id: string, { on, ...options }: any, handler: any) => {
    const triggers = [on ?? []].flat().map((each) => (typeof each === 'string' ? { event: ev(each) } : each));
    const fn = client.createFunction({ id, triggers, ...options }, handler);
    made.set(id, fn);
    return fn;
  };
  const scope = {
    F,
    ev,
    sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
    big: (length: number, letter = 'x') => letter.repeat(length),
    inngest: client,
    NonRetriableError,
    RetryAfterError,
    P: prefix,
    APP_ID: variant.id,
    get child() {
      return made.get('s09a-child');
    },
    get childFail() {
      return made.get('s09b-child-fail');
    },
    get slowChild() {
      return made.get('s09c-child-slow');
    },
  };
  const sources = new Map<string, string>();
  const idOf = (source: string) => source.match(/^F\("([^"]+)"/)?.[1] ?? '';
  for (const source of sequence.source ?? []) sources.set(idOf(source), source);
  const used = sequence.exchanges.flatMap(({ req }) => {
    const { functions } = (req.body ?? {}) as { functions?: { id: string }[] };
    return [req.query?.fnId, ...(Array.isArray(functions) ? functions.map(({ id }) => id) : [])];
  });
  for (const slug of used) {
    const id = slug?.startsWith(`${variant.id}-`) && slug.slice(variant.id.length + 1);
    if (!id || sources.has(id)) continue;
    const found = scenarios.flatMap((each) => each.sequences).flatMap((each) => each.source ?? []);
    const source = found.find((each) => idOf(each) === id);
    if (source) sources.set(id, source);
  }
  // `with` gives the recorded source its names, also those made later.
  const functions = [...sources.values()].map((source) =>
    new Function('scope', `with (scope) { return ${source.replace('127.0.0.1:8399', site)} }`)(scope),
  );
  return sequence.case === '01' ? configured(sequence, client) : functions;
}

/** The showcase of options, whose source was not recorded: made again from what it registered. */
function configured(sequence: Sequence, client: Inngest): Functions {
  const { functions } = (sequence.exchanges[1] as Exchange).req.body as {
    functions: Record<string, unknown>[];
  };
  const failures = new Set(functions.map(({ id }) => id).filter((id) => /-failure$/.test(id as string)));
  return functions
    .filter(({ id }) => !failures.has(id))
    .map(({ id, triggers, steps, cancel, ...options }) =>
      client.createFunction(
        {
          ...options,
          id: (id as string).replace(/^config-app-/, ''),
          triggers: (triggers as Record<string, string>[]).map(({ expression, ...trigger }) => ({
            ...trigger,
            if: expression,
          })),
          retries: (steps as { step: { retries?: { attempts: number } } }).step.retries?.attempts,
          cancelOn: (cancel as { timeout?: string }[] | undefined)?.map((entry) =>
            /^\d{4}-/.test(entry.timeout ?? '')
              ? { ...entry, timeout: new Date(entry.timeout as string) }
              : entry,
          ),
          ...(failures.has(`${id}-failure`) ? { onFailure: () => {} } : {}),
        } as unknown as Parameters<Inngest['createFunction']>[0],
        () => {},
      ),
    ) as unknown as Functions;
}

/** The signature that a request signed by hand had, by the note of the recording. */
function signatureBy(note: string, body: string, canonical: string): string | undefined {
  const plainKey = signingKey.replace('signkey-test-', '');
  const now = Date.now();
  if (/^no signature|unsigned/.test(note)) return undefined;
  if (/^wrong key/.test(note)) return signBody(`${plainKey.slice(1)}0`, body, now);
  if (/10 minutes old/.test(note)) return signBody(signingKey, body, now - 600_000);
  if (/10 minutes in the future/.test(note)) return signBody(signingKey, body, now + 600_000);
  if (/over its JCS form/.test(note)) return signBody(signingKey, canonical, now);
  if (/including its signkey-test- prefix/.test(note)) {
    // `signBody` takes one prefix off, so that one more is left.
    return signBody(`signkey-x-${signingKey}`, body, now);
  }
  if (/sha256-hashed key/.test(note)) return signBody(bearerOf(signingKey), body, now);
  if (/fallback key/.test(note)) return signBody(fallbackKey, body, now);
  if (/malformed/.test(note)) return 'nonsense';
  return signBody(signingKey, body, now);
}

/** What `step.fetch` fetches. */
async function startSite() {
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response
      .writeHead(201, { 'content-type': 'text/plain', 'x-served': 'yes' })
      .end(`got ${request.method} ${request.url} ${Buffer.concat(chunks)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { host: `127.0.0.1:${port}`, close };
}

let runners = 0;
const quiet = { info() {}, warn() {}, error() {}, debug() {} };

/** Plays one recorded sequence: the same functions in the real SDK, the same requests of the client, our runner. */
export async function replay(
  sequence: Sequence,
  scenarios: Scenario[],
  databaseUrl: string,
): Promise<Replay> {
  const variant = variants[sequence.app] as Variant;
  const { exchanges } = sequence;
  const log: Exchange[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  const schema = `replay_${++runners}`;
  try {
    const site = await startSite();
    closing.push(site.close);
    const front = await startProxy('server->sdk', log, exchanges, variant.without);
    closing.push(() => front.close());
    const back = await startProxy('sdk->server', log, exchanges);
    closing.push(() => back.close());
    const client = new Inngest({
      id: variant.id,
      isDev: true,
      baseUrl: back.url,
      logger: quiet,
      ...(variant.runnerKey ? { eventKey: signedEventKey } : {}),
      ...variant.options,
    } as ConstructorParameters<typeof Inngest>[0]) as Inngest;
    const functions = build(sequence, scenarios, client, site.host);
    const app = http.createServer(serve({ client, functions, streaming: variant.streaming }));
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    closing.push(async () => {
      app.closeAllConnections();
      await new Promise((resolve) => app.close(resolve));
    });
    const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    front.to(appUrl);
    const startedByServer = exchanges[0]?.req.method === 'PUT' && exchanges[0].dir === 'server->sdk';
    const runner = await startRunner({
      databaseUrl,
      schema,
      port: 0,
      appUrl: startedByServer ? `${front.url}/api/inngest` : undefined,
      signingKey: variant.runnerKey,
      eventKeys: [signedEventKey],
      backoffMs: () => (sequence.case === '24a' ? 1500 : 100),
      log: () => {},
    });
    closing.push(() => runner.close(0));
    back.to(runner.url);
    const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    closing.push(() => sql.end());
    const table = (name: string) => sql(`${schema}.${name}`);

    const between = exchanges.filter(({ dir }) => dir === 'server->sdk' || dir === 'sdk->server');
    const answered = () => log.filter(({ res }) => res.status !== undefined).length;
    if (!startedByServer && functions.length > 0 && sequence.case !== '01b') {
      // The sync is no part of this recording.
      await fetch(`${front.url}/api/inngest`, { method: 'PUT' });
      log.length = 0;
    }
    front.begin();
    back.begin();
    if (sequence.case === '24a') await front.close();

    const answers: Replay['answers'] = [];
    const start = Date.now();
    let waited = 0;
    let before = 0;
    for (const exchange of exchanges) {
      if (exchange.dir !== 'client->server' && exchange.dir !== 'client->sdk') continue;
      // What went before in the recording has gone before here, and the pauses are kept (long ones need not be).
      const earlier = between.filter(({ t, ms }) => t + ms < exchange.t).length;
      await eventually(
        'what went before',
        async () => log.length >= earlier && answered() >= earlier,
        4000,
      ).catch(() => {});
      waited += Math.min(exchange.t - before, 3500);
      before = exchange.t;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + waited - Date.now())));
      const path = exchange.req.path as string;
      // The public reading API is not golden; the SDK does not use it.
      if (/^\/v1\/(events|runs)/.test(path) && exchange.req.method === 'GET') continue;
      answers.push({
        recorded: exchange,
        res: await ask(exchange, sequence, log, runner.url, appUrl, start),
      });
    }
    if (sequence.case === '24a') {
      const failed = async () => (await sql`select attempt from ${table('queue')}`)[0]?.attempt === 1;
      await eventually('the first attempt found nobody', failed);
      await front.open();
    }
    if (sequence.case === '20a') {
      for (const minutesAgo of [3, 2, 1]) {
        const due = sql`date_trunc('minute', now()) - ${minutesAgo}::int * interval '1 minute'`;
        await sql`update ${table('queue')} set due_at = ${due} where kind = 'cron'`;
        await eventually('the tick', async () => answered() >= 2 * (4 - minutesAgo));
      }
    }

    const asMany = async () =>
      log.length >= between.length && log.every(({ res }) => res.status !== undefined);
    await eventually(`${between.length} exchanges`, asMany, 12_000).catch(() => {});
    // Whatever comes too much comes soon.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const expected = new Map(sequence.final.map(({ event, runs }) => [event, runs]));
    const finals = [...expected.values()].flat().length;
    const readRuns = () =>
      sql`select function_id, status, output, error from ${table('runs')} where ended_at is not null`;
    // The end is stored a moment after the last answer was given.
    await eventually('the runs have ended', async () => (await readRuns()).length >= finals, 5000).catch(
      () => {},
    );
    const runs = (await readRuns()).map((run) => ({
      fn: run.function_id as string,
      status: (run.status as string).toUpperCase(),
      output: run.output === null ? undefined : JSON.parse(run.output),
      error: run.error === null ? undefined : JSON.parse(run.error),
    }));
    return { observed: [...log], answers, runs };
  } finally {
    while (closing.length > 0) await closing.pop()?.();
  }
}

/** One request of the recording's client, with the ids that it refers to as they are here. */
async function ask(
  exchange: Exchange,
  sequence: Sequence,
  log: Exchange[],
  runnerUrl: string,
  appUrl: string,
  start: number,
): Promise<Exchange['res']> {
  const { req, note = '' } = exchange;
  const fill = filler(sequence, log, start);
  const path = fill(req.path as string);
  const query = new URLSearchParams(req.query ?? {}).toString();
  const headers = Object.fromEntries(
    Object.entries(req.headers ?? {}).map(([name, value]) => [name, fill(value ?? '')]),
  );
  const raw = (req.body as { '<text>'?: string } | null)?.['<text>'];
  let value = req.body == null ? undefined : JSON.parse(fill(JSON.stringify(req.body)));
  if (/^5001/.test(note)) value = Array.from({ length: 5001 }, () => ({ name: 'e/many', data: {} }));
  const indented = /^non-canonical/.test(note);
  const text =
    raw ??
    (value === undefined
      ? ''
      : variants[sequence.app]?.runnerKey && !indented
        ? canonicalJson(value)
        : JSON.stringify(value, null, indented ? 2 : 0));
  if (sequence.app === 'signed' && exchange.dir === 'client->sdk') {
    const signature = signatureBy(note, text, value === undefined ? '' : canonicalJson(value));
    if (signature) headers['x-inngest-signature'] = signature;
    else delete headers['x-inngest-signature'];
  }
  const base = exchange.dir === 'client->sdk' ? appUrl : runnerUrl;
  const body = Buffer.from(text);
  const answer = await send(
    `${base}${path}${query ? `?${query}` : ''}`,
    req.method ?? 'GET',
    text === '' ? headers : { ...headers, 'content-length': String(body.length) },
    body,
  );
  return { status: answer.status, headers: answer.headers, body: json(answer.text) };
}

/** Puts what the placeholders of the recording stand for in their place. */
function filler(sequence: Sequence, log: Exchange[], start: number): (text: string) => string {
  const recorded = sequence.exchanges.filter(({ dir }) => dir === 'server->sdk');
  const observed = log.filter(({ dir }) => dir === 'server->sdk');
  const known = new Map<string, string>();
  for (const [i, exchange] of recorded.entries()) {
    const theirs = (exchange.req.body as { ctx?: Record<string, string> }).ctx;
    const ours = (observed[i]?.req.body as { ctx?: Record<string, string> } | undefined)?.ctx;
    if (!theirs || !ours) continue;
    for (const field of ['run_id', 'fn_id', 'qi_id', 'request_id', 'job_id']) {
      if (theirs[field] && ours[field]) known.set(theirs[field], ours[field]);
    }
  }
  return (text) => {
    let filled = text;
    for (const [placeholder, value] of known) filled = filled.replaceAll(placeholder, value);
    return filled
      .replace(/<iso\+(\d+)>/g, (_, ms) => new Date(start + Number(ms)).toISOString())
      .replace(/"?<ms\+(\d+)>"?/g, (_, ms) => String(start + Number(ms)))
      .replace(/<string of (\d+) × '(.)'>/g, (_, length, letter) => letter.repeat(Number(length)))
      .replace(/<run:(\d+)>/g, (_, n) => `01ARZ3NDEKTSV4RRFFQ69G5F${String(n).padStart(2, '0')}`)
      .replace('<ms>,<base64 of 10 random bytes>', '1700000000000,AAECAwQFBgcICQ==')
      .replace(/^Bearer <sha256 hex of the hex-decoded key>$/, 'Bearer 0123');
  };
}
