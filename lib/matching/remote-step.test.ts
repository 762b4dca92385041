import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { signRequest } from '#lib/kernel/sign-request.ts';
import { askRemoteStep } from './ask-remote-step.ts';
import type { StepSpec } from './pipeline.rules.ts';
import { createPool, lookAround, putSample } from './pool.rules.ts';
import { allowedAddress, isPrivateAddress, readAllowList, valuesOf } from './remote.rules.ts';
import { initialParams, type Scene } from './step.rules.ts';

const secret = 'only-for-this-test';
const startsAt = new Date('2026-03-02T12:00:00Z');
const order = {
  orderId: 'o1',
  clientId: 'c1',
  serviceTypeId: 's1',
  startsAt,
  endsAt: new Date(startsAt.getTime() + 3_600_000),
  skills: ['precision', 'noise'],
  excludedWorkerId: null,
};
function sceneOf(count: number): Scene {
  const pool = createPool();
  for (let i = 0; i < count; i++)
    putSample(pool, {
      workerId: `w${i}`,
      name: `Cat ${i}`,
      active: true,
      characteristics: { precision: i, noise: 100 },
      completedCount: i % 2,
      failedCount: 3 * (1 - (i % 2)),
      trainedAt: 0,
    });
  const around = lookAround(pool, {
    startsAt: startsAt.getTime(),
    endsAt: startsAt.getTime() + 1,
    windowDays: 30,
  });
  return { order, pool, around, withClient: new Map(), now: startsAt.getTime() };
}
const slots = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  vi.unstubAllEnvs();
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return allow((server.address() as { port: number }).port);
}
function allow(port: number, privately = true): string {
  vi.stubEnv('MATCHING_REMOTE_HOSTS', `127.0.0.1:${port}=${secret},localhost:${port}=${secret}`);
  vi.stubEnv('MATCHING_REMOTE_PRIVATE', privately ? 'allow' : '');
  return `http://127.0.0.1:${port}/`;
}
const step = (
  address: string,
  more: Record<string, number> = {},
  type: StepSpec['type'] = 'remote_score',
): StepSpec => ({
  key: 'mine',
  type,
  enabled: true,
  weight: 1,
  params: { ...initialParams('remote_score'), deadlineMs: 15_000, address, ...more },
});
const ask = (spec: StepSpec, count = 3) => askRemoteStep(spec, sceneOf(count), slots(count));

const answering =
  (
    work: (asked: { samples: { id: string }[] }, respond: (body: unknown, status?: number) => void) => void,
  ): RequestListener =>
  async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    work(JSON.parse(Buffer.concat(chunks).toString()), (body, status = 200) => {
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {});
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };

describe('a remote step', () => {
  test('is asked in batches, signed, with a key for each, and its ratings come back in order', async () => {
    const seen: { key: unknown; signed: boolean; count: number; body: string }[] = [];
    const address = await listen(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const { samples } = JSON.parse(body) as {
        samples: { id: string; characteristics: { precision: number } }[];
      };
      const signature = signRequest(secret, body)['x-mcf-signature'];
      seen.push({
        key: request.headers['idempotency-key'],
        signed: request.headers['x-mcf-signature'] === signature && request.headers['x-mcf-contract'] === '1',
        count: samples.length,
        body,
      });
      response.end(
        JSON.stringify({
          contract: 1,
          ratings: Object.fromEntries(samples.map((each) => [each.id, each.characteristics.precision])),
        }),
      );
    });
    const answer = await ask(step(address, { batchSize: 10 }), 25);
    expect(answer.ok && [...(answer.values as Float64Array)]).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    );
    expect(seen.map(({ count }) => count).sort()).toEqual([10, 10, 5]);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(['o1:mine:0', 'o1:mine:10', 'o1:mine:20']));
    // The signature holds the second in which it was made: at the turn of one, ours is another.
    expect(seen.some(({ signed }) => signed)).toBe(true);
    expect(seen.map(({ body }) => body).join()).not.toContain('c1');
  });

  test.each<[string, RequestListener, Record<string, number>]>([
    ['late', () => {}, { deadlineMs: 50 }],
    ['failed', answering((_, respond) => respond({}, 500)), {}],
    ['refused', answering((_, respond) => respond({}, 302)), {}],
    ['refused', answering((_, respond) => respond({}, 401)), {}],
    ['wrong', answering((_, respond) => respond('no JSON')), {}],
    ['wrong', answering((_, respond) => respond({ contract: 2, ratings: {} })), {}],
    ['wrong', answering((_, respond) => respond({ contract: 1, ratings: { w0: 101 } })), {}],
    ['wrong', answering((_, respond) => respond({ contract: 1, ratings: { somebody: 1 } })), {}],
    ['wrong', answering((_, respond) => respond(' '.repeat(1_100_000))), {}],
  ])('that gives no good answer is skipped: %s (%#)', async (why, listener, params) => {
    expect(await ask(step(await listen(listener), params))).toEqual({ ok: false, why });
  });

  test('is not asked when its host is not on the list, or lies inside a network', async () => {
    let asked = 0;
    const address = await listen(
      answering((_, respond) => {
        asked++;
        respond({ contract: 1, ratings: {} });
      }),
    );
    const { port } = new URL(address);
    allow(Number(port), false);
    expect(await ask(step(address))).toEqual({ ok: false, why: 'not_allowed' });
    // A name is judged by what it resolves to, when connecting.
    expect(await ask(step(`http://localhost:${port}/`))).toEqual({ ok: false, why: 'not_allowed' });
    expect(await ask(step('http://elsewhere.example/'))).toEqual({ ok: false, why: 'not_allowed' });
    expect(asked).toBe(0);
    allow(Number(port));
    expect(await ask(step(address))).toMatchObject({ ok: true });
  });
});

test('addresses inside a network, in every notation, and those that are not', () => {
  for (const inside of [
    '127.0.0.1 10.1.2.3 172.16.0.1 172.31.9.9 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1',
    '::1 :: fe80::1 fc00::1 fd12::1 ::ffff:127.0.0.1 ::ffff:7f00:1 64:ff9b::7f00:1 2002:7f00:1:: 2001::1',
  ].flatMap((line) => line.split(' ')))
    expect([inside, isPrivateAddress(inside)]).toEqual([inside, true]);
  for (const outside of [
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])
    expect([outside, isPrivateAddress(outside)]).toEqual([outside, false]);
});

test('the allow-list names hosts with their ports; an address holds no name, password or other protocol', () => {
  const hosts = readAllowList(' steps.example=one , other.example:8443=two=2,nothing=,=x');
  expect([...hosts]).toEqual([
    ['steps.example', 'one'],
    ['other.example:8443', 'two=2'],
  ]);
  expect(allowedAddress('https://steps.example/a?b', hosts)?.pathname).toBe('/a');
  for (const address of [
    'https://steps.example:8443/',
    'https://other.example/',
    'https://me@steps.example/',
    'ftp://steps.example/',
    'https://steps.example.evil.example/',
    'nonsense',
  ])
    expect(allowedAddress(address, hosts)).toBeNull();
});

test('a filter keeps whom it names; whoever is left out of ratings has none', () => {
  expect(valuesOf('filter', ['a', 'b'], { contract: 1, keep: ['b'] })).toEqual([0, 1]);
  expect(valuesOf('filter', ['a'], { contract: 1, keep: ['x'] })).toBeNull();
  expect(valuesOf('score', ['a', 'b'], { contract: 1, ratings: { b: 7 } })).toEqual([0, 7]);
});

describe('the examples for algorithm developers', () => {
  async function start(command: string, args: string[]): Promise<string> {
    const child = spawn(command, args, {
      env: { ...process.env, STEP_SECRET: secret, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUps.push(() => child.kill());
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return allow(Number(/\d+/.exec(line.toString())![0]));
  }

  test.each([
    ['python3', 'examples/remote_step.py', [0, 1, 2], [0, 1, 0]],
    ['perl', 'examples/remote-step.pl', [100, 100, 100], [1, 1, 1]],
  ])('%s keeps the contract', async (command, file, ratings, kept) => {
    const address = await start(command, [file]);
    const rated = await ask(step(address));
    expect(rated.ok && [...(rated.values as Float64Array)]).toEqual(ratings);
    const filtered = await ask(step(address, {}, 'remote_filter'));
    expect(filtered.ok && [...(filtered.values as Float64Array)]).toEqual(kept);
    const port = new URL(address).port;
    vi.stubEnv('MATCHING_REMOTE_HOSTS', `127.0.0.1:${port}=another-secret`);
    expect(await ask(step(address))).toEqual({ ok: false, why: 'refused' });
  });
});
