import { existsSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Inngest, NonRetriableError, RetryAfterError } from 'inngest';
import { describe, expect, test } from 'vitest';
import { eventKey, eventually, runsOf, startPair } from './testing.ts';

/*
 * Replays recorded scenarios of a real Inngest server: the same functions with the real SDK, the same client requests at
 * the same times, and then compares calls, checkpoints, event requests and how the runs ended. Compared as sets: the
 * order of independent calls is not golden, and the order inside a run follows from what each call carries.
 */
const folder = process.env.INNGEST_TRACES ?? join(import.meta.dirname, '../../../shared/inngest-protocol');
const scenarios = [
  '02',
  '03',
  '04',
  '05',
  '06',
  '07',
  '08',
  '09',
  '10',
  '11',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
  '19',
  '23',
  '25',
];
const leftOut: Record<string, string> = {
  '03d': 'checkpoints made by hand',
  '08c': 'the proxy answered in the place of the server',
  '09c': 'the child goes on for 30 s after what is to be seen',
  '10e': "how many calls the two branches make depends on the real server's 150 ms tick",
  '19b': 'batchEvents is refused at sync',
};
const apps: Record<string, { id: string; options: object }> = {
  ck: { id: 'golden', options: {} },
  cl: { id: 'classic', options: { checkpointing: false } },
  buf: {
    id: 'buffered',
    options: { checkpointing: { bufferedSteps: 10, maxInterval: '10s', maxRuntime: '30s' } },
  },
  rt: { id: 'maxruntime', options: { checkpointing: { maxRuntime: '200ms' } } },
};

type Message = {
  method?: string;
  path?: string;
  status?: number;
  query?: Record<string, string>;
  headers?: Record<string, string | null>;
  headersLike?: number;
  body?: unknown;
};
type Exchange = { n: number; t: number; dir: string; req: Message; res: Message };
type Sequence = {
  case: string;
  app: string;
  what: string;
  source: string[];
  exchanges: Exchange[];
  final: {
    t: number;
    event: string;
    runs: { fn: string; status: string; output?: unknown; error?: { name: string; message: string } }[];
  }[];
};

const INTERNAL = new Set([
  ...[
    'mode',
    'rawArgs',
    'hashedId',
    'promise',
    'fulfilled',
    'hasStepState',
    'handled',
    'middleware',
    'memoizationDeferred',
  ],
  ...[
    'transformedResultPromise',
    'timing',
    'current',
    'request_started_at',
    'gid',
    'isr',
    'tc',
    'source_app_id',
    'source_fn_v',
  ],
]);

/** Ids, times and stacks as tokens; both sides go through it. */
function plain(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return value > 1e12 && value < 4.2e12 ? '<ms>' : value;
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (value && typeof value === 'object') {
    const entries = Object.entries(value).filter(([name]) => !INTERNAL.has(name));
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, plain(each, name)]),
    );
  }
  if (typeof value !== 'string') return value;
  if (key === 'stack') return '<stack>';
  if (Buffer.from(value, 'base64').toString().endsWith('::default')) return '<qi>';
  return value
    .replace(/<base64 of <job:\d+>::default>/g, '<qi>')
    .replace(
      /<fn_uuid:[^>]*>|<uuid:\d+>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
      '<uuid>',
    )
    .replace(/<(run|event|request|ulid|job):\d+>|\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>')
    .replace(/<iso\+?-?\d+>|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<iso>')
    .replace(/<ms\+?-?\d+>/g, '<ms>');
}

const pick = (headers: Record<string, unknown>, names: string[]) =>
  Object.fromEntries(names.map((name) => [name, headers[name] ?? null]));
const CALL = ['x-inngest-generation-id', 'x-inngest-req-version', 'x-inngest-step-id'];
const ANSWER = ['x-inngest-no-retry', 'retry-after', 'x-inngest-req-version'];

function entryOf(dir: string, path: string, query: unknown, req: Message, res: Message): string {
  const call = dir === 'server->sdk';
  const ctx = call && ((req.body as { ctx?: { stack?: { stack: string[] } } }).ctx ?? {});
  if (ctx && 'stack' in ctx && ctx.stack) {
    // Which branch of a parallel group was quicker is not golden, nor what a branch sees of the others.
    const branch = (query as { stepId: string }).stepId !== 'step';
    const body = req.body as Record<string, unknown>;
    const stack = branch ? null : { stack: ctx.stack.stack.toSorted() };
    req = { ...req, body: { ...body, ctx: { ...ctx, stack }, steps: branch ? null : body.steps } };
  }
  return JSON.stringify(
    plain({
      path: path.replace(/^\/api\/inngest.*/, '/api/inngest').replace(/^\/e\/.*/, '/e/KEY'),
      query,
      headers: call ? pick(req.headers ?? {}, CALL) : {},
      body: req.body,
      status: res.status,
      answerHeaders: call ? pick(res.headers ?? {}, ANSWER) : {},
      // Steps planned together are in the order in which their branches went on.
      answer: Array.isArray(res.body)
        ? res.body.toSorted((a, b) => (a.id < b.id ? -1 : 1))
        : res.body || null,
    }),
  );
}

/** The recorded exchanges with their references to one another filled in. */
function recordedEntries(sequence: Sequence): string[] {
  const byNumber = new Map(sequence.exchanges.map((exchange) => [exchange.n, exchange]));
  const headersOf = (exchange: Exchange, part: 'req' | 'res'): Record<string, string | null> => {
    const message = exchange[part];
    const like = message.headersLike ? headersOf(byNumber.get(message.headersLike) as Exchange, part) : {};
    return { ...like, ...message.headers };
  };
  const eventOf = (exchange: Exchange): unknown => {
    const { event } = exchange.req.body as { event: unknown };
    const [, n] = (typeof event === 'string' && event.match(/^<event of #(\d+)>$/)) || [];
    return n ? eventOf(byNumber.get(Number(n)) as Exchange) : event;
  };
  return sequence.exchanges
    .filter(({ dir }) => dir === 'server->sdk' || dir === 'sdk->server')
    .map((exchange) => {
      const { req, res, dir } = exchange;
      let body = req.body as Record<string, unknown>;
      if (dir === 'server->sdk') {
        const event = eventOf(exchange);
        body = { ...body, event, events: body.events === '<[event]>' ? [event] : body.events };
      }
      return entryOf(
        dir,
        req.path ?? '',
        req.query ?? {},
        { headers: headersOf(exchange, 'req') as Record<string, string>, body },
        { ...res, headers: headersOf(exchange, 'res') as Record<string, string> },
      );
    });
}

/** Stands between SDK and runner and notes what the SDK asks of the runner. */
async function startRecorder(seen: string[]) {
  let target = '';
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const {
      host: _host,
      connection: _connection,
      'content-length': _length,
      'transfer-encoding': _coding,
      ...headers
    } = request.headers;
    const answer = await fetch(target + request.url, {
      method: request.method,
      headers: headers as Record<string, string>,
      body,
    });
    const text = await answer.text();
    const json = (value: string) => (value === '' ? null : JSON.parse(value));
    if (request.url !== '/fn/register') {
      const path = request.url as string;
      seen.push(
        entryOf(
          'sdk->server',
          path,
          {},
          { body: json(body.toString()) },
          { status: answer.status, body: json(text) },
        ),
      );
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to: (url: string) => {
      target = url;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The functions of a sequence from their recorded source. */
function build(
  sequence: Sequence,
  client: Inngest,
): Parameters<typeof startPair>[0] extends (c: Inngest) => infer F ? F : never {
  const prefix = sequence.app;
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
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const scope = {
    F,
    ev,
    sleep,
    inngest: client,
    NonRetriableError,
    RetryAfterError,
    P: prefix,
    APP_ID: apps[prefix]?.id,
    get child() {
      return made.get('s09a-child');
    },
    get childFail() {
      return made.get('s09b-child-fail');
    },
  };
  // `with` gives the recorded source its names, also those made later.
  return sequence.source.map((source) => new Function('scope', `with (scope) { return ${source} }`)(scope));
}

const fillIn = (value: unknown, start: number): unknown =>
  JSON.parse(
    JSON.stringify(value).replace(/"<iso\+(\d+)>"/g, (_, ms) =>
      JSON.stringify(new Date(start + Number(ms)).toISOString()),
    ),
  );

async function replay(sequence: Sequence) {
  const seen: string[] = [];
  const recorder = await startRecorder(seen);
  const app = apps[sequence.app] as (typeof apps)[string];
  const pair = await startPair((client) => build(sequence, client), {
    appId: app.id,
    backoffMs: () => 100,
    clientOptions: { baseUrl: recorder.url, ...app.options },
    onRunner: (url) => recorder.to(url),
  });
  const expected = recordedEntries(sequence);
  const observed = () => [
    ...seen,
    ...pair.app.calls.map((call) =>
      entryOf(
        'server->sdk',
        '/api/inngest',
        { fnId: call.fnId, stepId: call.stepId },
        { headers: call.headers as Record<string, string>, body: call.body },
        { status: call.status, headers: call.answerHeaders, body: call.answer },
      ),
    ),
  ];
  try {
    const start = Date.now();
    const answers: [unknown, unknown][] = [];
    for (const { t, dir, req, res } of sequence.exchanges) {
      if (dir !== 'client->server') continue;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + t - Date.now())));
      const path = (req.path as string).replace('/e/test', `/e/${eventKey}`);
      if (path.includes('<')) {
        const [run] = await runsOf(pair.runner);
        await fetch(`${pair.runner.url}/v1/runs/${run?.id}`, { method: 'DELETE' });
        continue;
      }
      if (!path.startsWith('/e/')) continue;
      const answer = await fetch(pair.runner.url + path, {
        method: 'POST',
        body: JSON.stringify(fillIn(req.body, start)),
      });
      answers.push([plain(await answer.json()), plain(res.body)]);
    }
    const done = () =>
      observed().length >= expected.length && pair.app.calls.every((call) => call.status !== 0);
    await eventually(`${expected.length} exchanges`, async () => done(), 12_000).catch(() => {});
    // Whatever comes too much comes soon.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const finals = [...new Map(sequence.final.map((entry) => [entry.event, entry.runs])).values()].flat();
    // The end is stored a moment after the last answer was given.
    const ended = async () =>
      (await runsOf(pair.runner)).filter((run) => run.endedAt).length >= finals.length;
    await eventually('the runs have ended', ended, 5000).catch(() => {});
    const runs = await runsOf(pair.runner);
    return { seen: observed(), expected, answers, finals, runs };
  } finally {
    await pair.app.close();
    await pair.runner.close(0);
    recorder.close();
  }
}

describe.skipIf(!existsSync(folder))('recorded scenarios', { concurrent: true, timeout: 60_000 }, () => {
  // Those with a run time of 200 ms need a machine that has 200 ms for them.
  for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (!scenarios.includes(file.slice(0, 2))) continue;
    const { sequences } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { sequences: Sequence[] };
    for (const sequence of sequences) {
      if (!apps[sequence.app]) continue;
      const why = leftOut[sequence.case];
      test.skipIf(why !== undefined)(
        `${sequence.case} ${sequence.app}: ${sequence.what}`,
        { retry: sequence.app === 'rt' ? 3 : 0 },
        async () => {
          const { seen, expected, answers, finals, runs } = await replay(sequence);
          expect(seen.map((entry) => JSON.parse(entry)).toSorted(byText)).toEqual(
            expected.map((entry) => JSON.parse(entry)).toSorted(byText),
          );
          for (const [ours, theirs] of answers) expect(ours).toEqual(theirs);
          for (const run of finals) {
            const ours = runs.filter((each) => each.functionId === run.fn);
            expect(ours.map((each) => each.status.toUpperCase())).toContain(run.status);
            const same = ours.find(
              (each) => JSON.stringify(plain(each.output)) === JSON.stringify(plain(run.output ?? null)),
            );
            expect([run.fn, plain(ours[0]?.output), same !== undefined]).toEqual([
              run.fn,
              plain(ours[0]?.output),
              true,
            ]);
            if (run.error) expect(ours[0]?.error).toMatchObject(run.error);
          }
        },
      );
    }
  }
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
