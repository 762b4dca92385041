import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Inngest } from 'inngest';
import postgres from 'postgres';
import { afterEach, describe, expect, test } from 'vitest';
import { type Runner, startRunner } from './index.ts';
import { createDatabase, ended, eventKey, eventually, freePort, signingKey, startApp } from './testing.ts';

const open: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  while (open.length > 0) await open.pop()?.();
});

type Answer = (response: http.ServerResponse, call: number, socket: Socket) => void;

/** A server that is not the SDK, and a runner that believes it has the functions registered for it. */
async function startImpostor(
  answer: Answer,
  options: { callTimeoutMs?: number; retries?: number } = {},
): Promise<{ runner: Runner; calls: () => number; log: string[] }> {
  let calls = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response, ++calls, request.socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const log: string[] = [];
  const runner = await startRunner({
    databaseUrl: await createDatabase(),
    port: 0,
    backoffMs: () => 20,
    callTimeoutMs: options.callTimeoutMs,
    log: (level, message) => log.push(`${level} ${message}`),
  });
  open.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => runner.close(0),
  );
  const registered = await register(runner.url, `http://127.0.0.1:${port}`, options.retries ?? 1);
  expect(registered.status).toBe(200);
  return { runner, calls: () => calls, log };
}

function register(runnerUrl: string, appUrl: string, retries: number): Promise<Response> {
  const runtime = { type: 'http', url: `${appUrl}/api/inngest?fnId=app-work&stepId=step` };
  const step = { id: 'step', name: 'step', runtime, retries: { attempts: retries } };
  const work = { id: 'app-work', name: 'work', triggers: [{ event: 'a/work' }], steps: { step } };
  return fetch(`${runnerUrl}/fn/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${signingKey}` },
    body: JSON.stringify({ appName: 'app', url: appUrl, functions: [work] }),
  });
}

const send = (url: string, body: unknown) =>
  fetch(`${url}/e/${eventKey}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sdk = { 'x-inngest-sdk': 'inngest-js:v4.24.0', 'x-inngest-req-version': '2' };
const complete = JSON.stringify([{ id: 'x', op: 'RunComplete', data: 'fine' }]);

describe('an app that answers nonsense', () => {
  const nonsense: [string, number, Record<string, string>, string | Buffer, RegExp][] = [
    ['a page', 200, { 'content-type': 'text/html' }, '<html>hello</html>', /without being the Inngest SDK/],
    ['a redirect', 302, { location: 'http://127.0.0.1:9/' }, '', /302/],
    ['no JSON in a 206', 206, sdk, '{"op":', /not JSON/],
    ['binary in a 200', 200, sdk, Buffer.from([0xff, 0xfe, 0, 1, 2]), /not JSON/],
    ['a number', 206, sdk, '7', /without op or id/],
    ['null', 206, sdk, 'null', /without op or id/],
    ['a list of nothing much', 206, sdk, '[null, 3, "x"]', /without op or id/],
    ['an operation without id', 206, sdk, '[{"op":"StepRun"}]', /without op or id/],
    [
      'an operation nobody knows',
      206,
      sdk,
      '[{"op":"Frobnicate","id":"x"}]',
      /Frobnicate.* is not supported/,
    ],
    ['an empty stream', 201, sdk, '   ', /./],
    ['a stream of something else', 201, sdk, '{"status":"x"}', /./],
    ['an error that is no JSON', 500, sdk, 'boom', /boom/],
    ['an error that is a number', 500, sdk, '5', /5/],
    [
      'a step nested 200,000 deep',
      206,
      sdk,
      `[{"op":"StepRun","id":"x","data":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`,
      /cannot be read/,
    ],
    [
      'a list that is a string in a stream',
      201,
      sdk,
      '{"status":206,"headers":{},"body":7}',
      /without op or id/,
    ],
    ['a sleep that is no time', 206, sdk, '[{"op":"Sleep","id":"x","name":"soon"}]', /not a duration/],
  ];
  test.each(nonsense)(
    '%s: the run fails in words after its attempts, and the runner goes on',
    async (...row) => {
      const [, status, headers, body, words] = row;
      let good = false;
      const { runner } = await startImpostor((response, call) => {
        // The failed wait is told to the function, which ends by it.
        const told = call > 1 && status === 206 && String(body).includes('Sleep');
        if (good) response.writeHead(206, sdk).end(complete);
        else if (told)
          response
            .writeHead(400, { ...sdk, 'x-inngest-no-retry': 'true' })
            .end('{"name":"Error","message":"not a duration"}');
        else response.writeHead(status, headers).end(body);
      });
      await send(runner.url, { name: 'a/work' });
      const [run] = await ended(runner, 'app-work');
      expect(run?.status).toBe('failed');
      expect(JSON.stringify(run?.error)).toMatch(words);
      good = true;
      await send(runner.url, { name: 'a/work' });
      const runs = await ended(runner, 'app-work', 2);
      expect(runs.map((each) => each.status).sort()).toEqual(['completed', 'failed']);
    },
  );

  test('without end: the answer is cut at its limit, and the run fails', async () => {
    const { runner } = await startImpostor((response) => {
      response.writeHead(206, sdk);
      const chunk = Buffer.alloc(1_000_000, 'x');
      const more = () => {
        while (response.writable && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await send(runner.url, { name: 'a/work' });
    const [run] = await ended(runner, 'app-work');
    expect(run?.error).toMatchObject({ name: 'output_too_large' });
  });
});

test('an app that hangs: the call is given up after its time, tried again, and the run fails in words', async () => {
  const { runner, calls } = await startImpostor(() => {}, { callTimeoutMs: 200, retries: 2 });
  await send(runner.url, { name: 'a/work' });
  const [run] = await ended(runner, 'app-work');
  expect(run?.error).toMatchObject({ message: expect.stringContaining('no answer within 200 ms') });
  expect(calls()).toBe(3);
});

test.each([
  ['before its answer', (response: http.ServerResponse) => response.destroy()],
  [
    'in the middle of its answer',
    (response: http.ServerResponse) => {
      response.writeHead(206, { ...sdk, 'content-length': '1000' });
      response.write('[{"id":"x","op":"RunComplete","data":"ha');
      setTimeout(() => response.destroy(), 20);
    },
  ],
])('an app that dies %s is asked again, and nothing of the broken answer counts', async (_name, die) => {
  const { runner, calls } = await startImpostor(
    (response, call) => {
      if (call <= 2) die(response);
      else response.writeHead(206, sdk).end(complete);
    },
    { retries: 5 },
  );
  await send(runner.url, { name: 'a/work' });
  const [run] = await ended(runner, 'app-work');
  expect(run).toMatchObject({ status: 'completed', output: 'fine' });
  expect(calls()).toBeGreaterThanOrEqual(3);
});

test('malformed events are refused in words, and the runner goes on', async () => {
  const { runner } = await startImpostor((response) => response.writeHead(206, sdk).end(complete));
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  for (const body of ['{', '"x"', '7', '[[]]', '[{"name":7}]', `{"name":"a/work","data":{"x":${deep}}}`]) {
    const answer = await send(runner.url, body);
    expect([body.slice(0, 40), answer.status]).toEqual([body.slice(0, 40), 400]);
    expect(((await answer.json()) as { error: string }).error.length).toBeGreaterThan(5);
  }
  await send(runner.url, { name: 'a/work', data: { __proto__: null, '\0': '\ud800' } });
  expect((await ended(runner, 'app-work')).length).toBe(1);
});

test('an event for nobody is kept, and a run of a function that the app no longer has fails in words', async () => {
  const runnerPort = await freePort();
  const client = new Inngest({
    id: 'app',
    isDev: true,
    baseUrl: `http://127.0.0.1:${runnerPort}`,
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  const runner = await startRunner({
    databaseUrl: await createDatabase(),
    port: runnerPort,
    backoffMs: () => 20,
    log: () => {},
  });
  open.push(() => runner.close(0));
  // Registered by somebody who knew more functions than the app has.
  const other = client.createFunction({ id: 'other', triggers: [{ event: 'a/other' }] }, () => 'here');
  const app = await startApp(client, [other]);
  open.push(() => app.close());
  await register(runner.url, app.url.replace('/api/inngest', ''), 1);
  expect((await send(runner.url, { name: 'a/nobody' })).status).toBe(200);
  await send(runner.url, { name: 'a/work' });
  const [run] = await ended(runner, 'app-work');
  expect(JSON.stringify(run?.error)).toContain('was not found in this app');
});

test('10,000 events in a second and the runner killed among them: bounded memory, nothing acknowledged is lost', {
  timeout: 120_000,
}, async () => {
  const databaseUrl = await createDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const app = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(206, sdk).end(complete));
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  open.push(() => app.close());
  open.push(() => app.closeAllConnections());
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        RUNNER_PORT: String(port),
        INNGEST_SIGNING_KEY: signingKey,
        INNGEST_EVENT_KEY: eventKey,
        INNGEST_DEV: '',
        RUNNER_BACKOFF_MS: '50',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    open.push(() => child.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk) => String(chunk).includes('runner ready') && resolve());
      child.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
    });
    return child;
  };
  let runner = await start();
  const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  expect((await register(url, appUrl, 20)).status).toBe(200);

  const acknowledged: string[] = [];
  const batch = Array.from({ length: 500 }, (_, n) => ({
    name: 'a/work',
    data: { n, text: 'x'.repeat(200) },
  }));
  let killed: Promise<unknown> | undefined;
  const began = Date.now();
  const sendings = Array.from({ length: 20 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 50));
    if (i === 12) {
      killed = once(runner, 'exit');
      runner.kill('SIGKILL');
    }
    const answer = await send(url, batch).catch(() => undefined);
    if (answer?.status === 200) acknowledged.push(...((await answer.json()) as { ids: string[] }).ids);
  });
  await Promise.all(sendings);
  await killed;
  runner = await start();
  // Those that were refused or cut off are sent again, as a sender does.
  while (acknowledged.length < 10_000) {
    const answer = await send(url, batch);
    acknowledged.push(...((await answer.json()) as { ids: string[] }).ids);
  }
  const sentMs = Date.now() - began;

  const sql = postgres(databaseUrl, { max: 1, connection: { search_path: 'inngest_runner' } });
  open.push(() => sql.end());
  await eventually(
    'every run ended',
    async () => (await sql`select count(*)::int as n from runs where ended_at is null`)[0]?.n === 0,
    90_000,
  );
  const [{ peak }] = [{ peak: peakMegabytes(runner.pid as number) }];
  console.log(`10,000 events taken in ${sentMs} ms, the runner used at most ${peak} MB`);
  const runs =
    await sql`select event_ids[1] as event, status from runs where event_ids[1] = any(${acknowledged})`;
  expect(runs.length).toBe(acknowledged.length);
  expect(new Set(runs.map((run) => run.event)).size).toBe(acknowledged.length);
  expect(runs.filter((run) => run.status !== 'completed')).toEqual([]);
  if (process.platform === 'linux') expect(peak).toBeLessThan(400);
});

/** The most memory that a process ever had. Linux only. */
function peakMegabytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
