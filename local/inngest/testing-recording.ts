import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { canonicalJson } from './protocol.ts';

/** One side of an exchange; `headersLike` means those of another exchange, with `headers` giving the differences. */
export type Message = {
  method?: string;
  path?: string;
  query?: Record<string, string> | null;
  headers?: Record<string, string | null> | null;
  headersLike?: number;
  status?: number;
  body?: unknown;
  error?: string;
};
export type Direction = 'server->sdk' | 'sdk->server' | 'client->server' | 'client->sdk';
export type Exchange = {
  n: number;
  t: number;
  ms: number;
  dir: Direction;
  note?: string;
  injected?: boolean;
  req: Message;
  res: Message;
};
export type FinalRun = {
  fn: string;
  status: string;
  output?: unknown;
  error?: { name: string; message: string };
};
export type Sequence = {
  case: string;
  app: string;
  what: string;
  source?: string[];
  exchanges: Exchange[];
  final: { t: number; event: string; runs: FinalRun[] }[];
};
export type Scenario = { scenario: string; name: string; sequences: Sequence[] };

/**
 * The recordings, complete: the copy beside this file, or the JSON files in the folder that INNGEST_TRACES names.
 * References of one exchange to another are filled in.
 */
export function readRecordings(): Scenario[] {
  const folder = process.env.INNGEST_TRACES;
  const texts =
    folder && existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => /^\d\d-.*\.json$/.test(file))
          .sort()
          .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
      : JSON.parse(
          gunzipSync(readFileSync(join(import.meta.dirname, 'testing-recordings.json.gz'))).toString(),
        );
  const scenarios = texts as Scenario[];
  for (const { sequences } of scenarios) for (const sequence of sequences) complete(sequence);
  return scenarios;
}

function complete({ exchanges }: Sequence): void {
  const byNumber = new Map(exchanges.map((exchange) => [exchange.n, exchange]));
  const of = (n: number | string) => byNumber.get(Number(n)) as Exchange;
  const headersOf = (exchange: Exchange, part: 'req' | 'res'): Record<string, string> => {
    const { headersLike, headers } = exchange[part];
    const all = { ...(headersLike ? headersOf(of(headersLike), part) : {}), ...headers };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]));
  };
  const fieldOf = (exchange: Exchange, field: 'event' | 'events'): unknown => {
    const value = (exchange.req.body as Record<string, unknown>)[field];
    const [, n] = (typeof value === 'string' && value.match(/^<events? of #(\d+)>$/)) || [];
    if (n) return fieldOf(of(n), field);
    return value === '<[event]>' ? [fieldOf(exchange, 'event')] : value;
  };
  const headers = exchanges.map((each) => [headersOf(each, 'req'), headersOf(each, 'res')]);
  for (const [i, { req, res }] of exchanges.entries()) {
    [req.headers, res.headers] = headers[i] as [Record<string, string>, Record<string, string>];
    delete req.headersLike;
    delete res.headersLike;
    // A streamed answer holds the real one.
    const streamed = res.status === 201 && (res.body as { body?: unknown }).body;
    if (typeof streamed === 'string') {
      const timeless = streamed.replace(/:<ns[^>]*>/g, ':0');
      res.body = { ...(res.body as object), body: timeless };
    }
  }
  const registered = exchanges.find(({ req }) => req.path === '/fn/register')?.req.body as {
    url: string;
    functions: unknown;
  };
  for (const exchange of exchanges) {
    for (const message of [exchange.req, exchange.res]) {
      const body = (message.body ?? {}) as { url?: string; functions?: unknown };
      // "<same 21 functions as #2, with this url>"
      if (typeof body.functions !== 'string') continue;
      const url = body.url ? `${body.url}${body.url.includes('?') ? '&' : '?'}` : `${registered.url}?`;
      const functions = JSON.stringify(registered.functions).replaceAll(`${registered.url}?`, url);
      message.body = { ...body, functions: JSON.parse(functions) };
    }
    const body = exchange.req.body as Record<string, unknown> | null;
    if (body && typeof body === 'object' && 'event' in body) {
      exchange.req.body = { ...body, event: fieldOf(exchange, 'event'), events: fieldOf(exchange, 'events') };
    }
  }
}

// Written by the SDK into checkpoints by accident (README of the recordings), or how long something took.
const INTERNAL = new Set([
  ...['mode', 'rawArgs', 'hashedId', 'promise', 'fulfilled', 'hasStepState', 'handled', 'middleware'],
  ...['memoizationDeferred', 'transformedResultPromise', 'timing'],
  // What the SDK found out about its own surroundings.
  ...['featureObservations'],
  // Of an answer that `step.fetch` got: the connection's, and when it was.
  ...['date', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'],
]);
// The real server's own bookkeeping, which no SDK reads: in the event of an invoked function, and `ctx.stack.current`.
const BOOKKEEPING = new Set(['gid', 'isr', 'tc', 'source_app_id', 'source_fn_v', 'current']);
const COMPARED = /^(x-inngest-.*|retry-after|authorization|x-run-id|x-request-id)$/;
const ID = /<(?:run|event|request|ulid|job):\d+>|\b[0-9A-HJKMNP-TV-Z]{26}\b/g;

/** Times, stacks and keys as tokens; ids stay, `comparable` numbers them. */
function plain(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return value > 1e12 && value < 4.2e12 ? '<ms>' : value;
  if (key === 'ids' && Array.isArray(value) && value.length > 1000) return [`<${value.length} ids>`];
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (value && typeof value === 'object') {
    const fields =
      key === 'headers'
        ? Object.entries(value).map(([name, each]) => [name.toLowerCase(), each] as const)
        : Object.entries(value);
    const entries = fields.filter(([name]) => !INTERNAL.has(name) && !BOOKKEEPING.has(name));
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, plain(each, name)]),
    );
  }
  if (typeof value !== 'string') return value;
  if (key === 'stack') return '<stack>';
  if (key === 'x-inngest-signature') return '<signature>';
  if (key === 'x-inngest-event-id-seed') return '<seed>';
  if (key === 'signing_key_fallback_hash') return '<hash>';
  if (/(^|_)(url|origin)$/.test(key)) value = value.replace(/(:\/\/)[^/]+/, '$1<host>');
  const [letter = '', { length }] = [(value as string)[0], value as string];
  if (length > 1000 && value === letter.repeat(length)) return `<string of ${length} × '${letter}'>`;
  const qi = /^[A-Za-z0-9+/]+=*$/.test(value as string) && Buffer.from(value as string, 'base64').toString();
  if (qi && /::default$/.test(qi)) return `qi of ${qi.split('::')[0]}`;
  return (value as string)
    .replace(/<base64 of (<job:\d+>)::default>/g, 'qi of $1')
    .replace(
      /<fn_uuid:[^>]*>|<uuid:\d+>|<sync_id>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
      '<uuid>',
    )
    .replace(/<iso\+?-?\d+>|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<iso>')
    .replace(/<ms\+?-?\d+>/g, '<ms>')
    .replace(/^Bearer signkey-test-.*/, 'Bearer <hash>');
}

/** Equal ids get equal numbers, by first appearance. */
function numbered(text: string): string {
  const numbers = new Map<string, string>();
  return text.replace(ID, (id) => {
    if (!numbers.has(id)) numbers.set(id, `<id ${numbers.size + 1}>`);
    return numbers.get(id) as string;
  });
}

const lower = (headers: Message['headers']) =>
  Object.fromEntries(
    Object.entries(headers ?? {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => COMPARED.test(name)),
  );

/** What of an exchange is golden, as JSON. `grouped`: steps of the sequence run side by side. */
function golden(exchange: Exchange, grouped: boolean): string {
  const { dir } = exchange;
  let { req, res } = exchange;
  const ctx = dir === 'server->sdk' && (req.body as { ctx?: { stack?: { stack: string[] } } })?.ctx;
  if (grouped && ctx && 'stack' in ctx && ctx.stack) {
    // Which branch of a parallel group was quicker is not golden, nor what a branch sees of the others.
    const branch = req.query?.stepId !== 'step';
    const body = req.body as Record<string, unknown>;
    const stack = branch ? null : { stack: ctx.stack.stack.toSorted() };
    req = { ...req, body: { ...body, ctx: { ...ctx, stack }, steps: branch ? null : body.steps } };
  }
  const streamed = streamedOf(res);
  if (streamed) {
    const { status, headers, body } = streamed;
    res = { ...res, body: { status, headers: lower(headers), body: json(body) } };
  }
  return JSON.stringify(
    plain({
      dir,
      method: req.method,
      path: (req.path ?? '').replace(/^\/e\/.+/, '/e/KEY'),
      query: req.query ?? {},
      headers: lower(req.headers),
      body: req.body ?? null,
      status: res.status ?? null,
      answerHeaders: lower(res.headers),
      // Steps planned together are in the order in which their branches went on.
      answer: Array.isArray(res.body)
        ? res.body.toSorted((a, b) => (a?.id < b?.id ? -1 : 1))
        : (res.body ?? null),
    }),
  );
}

function streamedOf(res: Message) {
  const body = res.body as { status: number; headers: Record<string, string>; body: string } | null;
  return res.status === 201 && typeof body?.body === 'string' ? body : undefined;
}

export function json(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return { '<text>': text };
  }
}

const runOf = ({ req, dir }: Exchange): string => {
  if (dir === 'server->sdk') return (req.body as { ctx?: { run_id?: string } })?.ctx?.run_id ?? '';
  return req.path?.match(/^\/v[01]\/(?:checkpoint|runs)\/([^/]+)/)?.[1] ?? '';
};

/** Whether steps of one run went on side by side, so that their order says nothing. */
export function isGrouped(exchanges: Exchange[]): boolean {
  return exchanges.some(({ dir, res }) => {
    const answer = json(streamedOf(res)?.body ?? JSON.stringify(res.body ?? null));
    return dir === 'server->sdk' && Array.isArray(answer) && answer.length > 1;
  });
}

/**
 * The exchanges in a form in which two recordings of the same case are equal: each run's in their order (as a set where
 * its steps go on side by side), runs in any order, equal ids as equal numbers.
 */
export function comparable(exchanges: Exchange[], grouped: boolean): unknown[] {
  const runs = new Map<string, string[]>();
  for (const [i, exchange] of exchanges.entries()) {
    const run = runOf(exchange) || `alone ${i}`;
    runs.set(run, [...(runs.get(run) ?? []), golden(exchange, grouped)]);
  }
  const texts = grouped
    ? [...runs.values()].flat().map((text) => numbered(`[${text}]`))
    : [...runs.values()].map((list) => numbered(`[${list.join(',')}]`));
  return texts.toSorted().map((text) => JSON.parse(text));
}

/** An answer alone, for what a client asked. */
export function comparableAnswer(res: Message): unknown {
  return JSON.parse(
    numbered(
      JSON.stringify(
        plain({ status: res.status, headers: lower(res.headers), body: res.body ?? null, error: res.error }),
      ),
    ),
  );
}

/** How a run ended, as text. */
export function comparableEnd(run: FinalRun): string {
  const { fn, status, output, error } = run;
  return numbered(
    canonicalJson(
      plain({
        fn,
        status,
        output: output ?? null,
        error: error ? { name: error.name, message: error.message } : null,
      }),
    ),
  );
}
