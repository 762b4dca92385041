import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer } from './answer.ts';
import { createJob } from './database.ts';
import { readEvents } from './event.ts';
import { awaitedKey, matches, offeredKeys } from './expression.ts';
import { readFunctionConfig, SyncRefused } from './function-config.ts';
import {
  bearerOf,
  canonicalJson,
  defaultBackoffMs,
  parseDurationMs,
  parseInstantMs,
  parseRetryAfterMs,
  signBody,
} from './protocol.ts';
import { passRate } from './start-runs.ts';

const key = 'signkey-test-0123456789abcdef0123456789abcdef';

test('signature and bearer agree with the recorded test vector', () => {
  const event = { name: 'a/b', data: { n: 1 } };
  const body = canonicalJson({
    event,
    events: [event],
    steps: {},
    ctx: { run_id: '01HZZZZZZZZZZZZZZZZZZZZZZZ', attempt: 0 },
  });
  expect(body).toBe(
    '{"ctx":{"attempt":0,"run_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ"},"event":{"data":{"n":1},"name":"a/b"},"events":[{"data":{"n":1},"name":"a/b"}],"steps":{}}',
  );
  const signature = 't=1700000000&s=1af9875e7eb57fe2c56f8d5f2b66fd89ba927714c495ea4e45bd6f5ac59998db';
  expect(signBody(key, body, 1700000000_000)).toBe(signature);
  expect(bearerOf(key)).toBe('signkey-test-223e0a160af9da0a03e6dd2c4719c56f5d66a633cbe84e78aaa9f3735865522a');
});

test('canonical JSON means the same as the JSON it was made from, whatever is in it, and is a fixed point', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
  expect(canonicalJson({ b: undefined, a: ['\ud800', '\0', new Date(0)] })).toBe(
    '{"a":["\\ud800","\\u0000","1970-01-01T00:00:00.000Z"]}',
  );
});

test('durations, dates and Retry-After are read as the SDK writes them', () => {
  expect(parseDurationMs('1d2h3m4s')).toBe(93_784_000);
  expect(parseDurationMs('soon')).toBeUndefined();
  expect(parseInstantMs('2s', 500)).toBe(2500);
  expect(parseInstantMs('2030-01-01T00:00:00.000Z', 0)).toBe(Date.UTC(2030, 0, 1));
  expect(parseInstantMs('2s later', 0)).toBeUndefined();
  expect(parseRetryAfterMs('3', 10_900)).toBe(13_000);
  expect(parseRetryAfterMs('1970-01-01T00:00:20.000Z', 10_000)).toBe(20_000);
  expect(parseRetryAfterMs('999999', 0)).toBe(86_400_000);
  expect(parseRetryAfterMs(undefined, 0)).toBeUndefined();
});

test('the backoff is the table of the real server plus up to half a minute', () => {
  for (const [attempt, seconds] of [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200].entries()) {
    const wait = defaultBackoffMs(attempt) / 1000;
    expect(wait).toBeGreaterThanOrEqual(seconds);
    expect(wait).toBeLessThan(seconds + 30);
  }
});

test('an expression that cannot be computed does not match', () => {
  expect(matches('event.data.id == async.data.id', { data: { id: 1 } }, { data: { id: 1 } })).toBe(true);
  expect(matches('event.data.nothing == 1', { data: {} })).toBe(false);
  expect(matches('event.data.name', { data: { name: 'text' } })).toBe(false);
  expect(matches(undefined, {})).toBe(true);
});

test('whatever a waiting run asks of an event, the index offers every event that fits', () => {
  const value = fc.constantFrom<unknown>('x', '\0', 'long'.repeat(100), 1, 1.5, true, null, { y: 1 }, [1]);
  const data = fc.record({ a: value, b: fc.record({ c: value }) }, { requiredKeys: [] });
  const expression = fc.constantFrom(
    'event.data.a == async.data.a',
    'async.data.b.c == event.data.a && async.data.a != event.data.b',
    'event.data.b == async.data.b && event.data.b.c == async.data.b.c',
    'event.data.a == async.data.a || event.data.b.c == async.data.b.c',
    '!(event.data.a == async.data.a)',
    'async.data["a"] == event.data.a && async.name == event.name',
    'async.data.a == "x" && event.data.a == "x"',
  );
  let found = 0;
  fc.assert(
    fc.property(expression, data, data, (source, mine, theirs) => {
      const [run, event] = [
        { name: 'a/run', data: mine },
        { name: 'a/run', data: theirs },
      ];
      if (!matches(source, run, event)) return;
      const key = awaitedKey(source, run);
      if (key !== undefined && ++found) expect(offeredKeys([event])).toContain(key);
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(100);
  expect(awaitedKey('event.data.a == async.data.a && async.data.ok', { data: { a: 1 } })).toBe(
    '["data","a",1]',
  );
  expect(awaitedKey('event.data.a == async.data.a || async.data.ok', { data: { a: 1 } })).toBeUndefined();
});

test('an app that answers nonsense uses up an attempt, and the last attempt fails the run', () => {
  const job = createJob({ function_id: 'f', run_id: 'r' });
  const sdk = { 'x-inngest-sdk': 'inngest-js:v4.24.0' };
  const nonsense = [
    { failure: 'Unable to reach the app' },
    { status: 200, headers: {}, body: '<html>' },
    { status: 404, headers: {}, body: '' },
    { status: 200, headers: sdk, body: '{"cut' },
    { status: 206, headers: sdk, body: '[null]' },
    { status: 206, headers: sdk, body: '[{"op":"Dance","id":"x"}]' },
    { status: 201, headers: sdk, body: '   ' },
    { status: 500, headers: sdk, body: 'oops' },
    { status: 400, headers: sdk, body: '{}' },
  ];
  for (const answer of nonsense) {
    expect([answer, readAnswer(answer, job, 2, 0).next]).toEqual([
      answer,
      expect.objectContaining({ error: expect.any(String) }),
    ]);
    const last = readAnswer(answer, { ...job, attempt: 1 }, 2, 0).next;
    expect([answer, last]).toEqual([answer, { end: 'failed', result: expect.any(String) }]);
  }
});

test('a streamed answer counts by the status inside it', () => {
  const job = createJob({ function_id: 'f', run_id: 'r' });
  const inner = {
    status: 500,
    headers: { 'X-Inngest-No-Retry': 'true' },
    body: '{"name":"E","message":"m"}',
  };
  const answer = { status: 201, headers: { 'x-inngest-sdk': 'x' }, body: `    ${JSON.stringify(inner)}` };
  expect(readAnswer(answer, job, 5, 0).next).toEqual({ end: 'failed', result: '{"message":"m","name":"E"}' });
});

test('a step or a result over 4 MiB fails the run and says so', () => {
  const job = createJob({ function_id: 'f', run_id: 'r' });
  const op = { op: 'StepRun', id: 'x', name: 'big', data: 'x'.repeat(4 * 1024 * 1024) };
  const answer = { status: 206, headers: { 'x-inngest-sdk': 'x' }, body: JSON.stringify([op]) };
  const { next } = readAnswer(answer, job, 5, 0);
  expect(next).toMatchObject({ end: 'failed', result: expect.stringContaining('step output size') });
});

/** Something like what is expected: right names, any values. */
const likeFields = (names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.jsonValue()])), { requiredKeys: [] });

test('whatever an app answers, the call is settled: results, steps to come, another attempt, or an end', () => {
  const job = createJob({ function_id: 'f', run_id: 'r' });
  const op = likeFields(['op', 'id', 'name', 'displayName', 'opts', 'data', 'error', 'timing']);
  const named = fc.tuple(
    op,
    fc.constantFrom('StepRun', 'StepError', 'StepFailed', 'Sleep', 'RunComplete', 'Gateway', 'x'),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.array(op),
    fc.array(named.map(([each, kind]) => ({ ...each, op: kind, id: 'x' }))),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(200, 201, 206, 400, 401, 500, 302),
      body,
      fc.boolean(),
      (status, value, sdk) => {
        const headers = sdk ? { 'x-inngest-sdk': 'x', 'x-inngest-req-version': '2' } : {};
        const outcome = readAnswer({ status, headers, body: JSON.stringify(value) }, job, 3, 0);
        for (const result of outcome.results) expect(() => JSON.parse(result.memo)).not.toThrow();
        const { next } = outcome;
        if (typeof next === 'object')
          expect(() => JSON.parse('end' in next ? next.result : next.error)).not.toThrow();
      },
    ),
    { numRuns: 2000 },
  );
});

test('whatever is registered is understood or refused with words', () => {
  const steps = fc.constant({ step: { runtime: { url: 'http://127.0.0.1:1/?fnId=f' } } });
  const names = `triggers cancel concurrency idempotency priority throttle rateLimit debounce batchEvents singleton timeouts`;
  const options = likeFields(names.split(' '));
  const shaped = fc.tuple(options, steps).map(([each, step]) => ({ ...each, id: 'f', steps: step }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), shaped), (raw) => {
      try {
        expect(readFunctionConfig(raw).id).toBe('f');
      } catch (error) {
        if (!(error instanceof SyncRefused)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});

test('whatever is sent as events is taken in or refused with words, and what was taken in can be stored', () => {
  const event = likeFields(['name', 'id', 'data', 'ts', 'v', 'user']);
  const good = fc.record({
    name: fc.string({ minLength: 1 }),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(fc.oneof(event, good))), (value) => {
      const { events, error } = readEvents(JSON.stringify(value), undefined);
      for (const { text, payload } of events) {
        expect(payload.name).not.toContain('\0');
        expect(JSON.parse(text).name).toBe(payload.name);
      }
      if (error !== undefined) expect(error.length).toBeGreaterThan(3);
    }),
    { numRuns: 2000 },
  );
});

test('a rate lets no more starts through in any window than its limit, its burst and the one that begins it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 300 }),
      (limit, burst, gaps) => {
        const rate = { limit, burst, periodMs: 1000 };
        const passed: number[] = [];
        let arrival: number | undefined;
        let now = 1_000_000;
        for (const gap of gaps) {
          now += gap;
          const next = passRate(rate, arrival, now);
          if (next === undefined) continue;
          arrival = next;
          passed.push(now);
        }
        for (const from of passed) {
          const inWindow = passed.filter((at) => at >= from && at < from + rate.periodMs).length;
          expect(inWindow).toBeLessThanOrEqual(limit + burst + 1);
        }
        if (gaps.length > 0) expect(passed.length).toBeGreaterThan(0);
      },
    ),
  );
});
