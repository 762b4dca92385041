import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signRequest } from '#lib/kernel/sign-request.ts';
import { type Outside, startOutside } from './index.ts';

const secret = 'a step of secrets';
const databaseName = `outside_${randomBytes(6).toString('hex')}`;
let outside: Outside;
let origin: string;

async function start(): Promise<void> {
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${databaseName}`;
  outside = await startOutside({
    databaseUrl: url.href,
    appUrl: 'http://127.0.0.1:9',
    hcb: { clientId: 'mcf', clientSecret: 'a client secret', directoryToken: 'a directory token' },
    secrets: { gateway: 'a', 'golden-hat': 'b', cookies: 'c' },
    remoteStepSecret: secret,
  });
  origin = `http://127.0.0.1:${outside.httpPort}`;
}
beforeAll(async () => {
  const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1 });
  await admin.unsafe(`create database ${databaseName}`);
  await admin.end();
  await start();
});
afterAll(async () => {
  await outside?.close();
  const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1 });
  await admin.unsafe(`drop database if exists ${databaseName} with (force)`);
  await admin.end();
});
beforeEach(async () => {
  await fetch(`${origin}/knobs/remote-step`, { method: 'DELETE' });
});

const sample = (id: string, more: object = {}) => ({
  id,
  characteristics: { precision: 80, noise: 30 },
  completedCount: 3,
  failedCount: 1,
  ...more,
});
const asked = {
  contract: 1,
  kind: 'score',
  order: { id: 'o1', skills: ['precision', 'noise'] },
  samples: [sample('a'), sample('b', { characteristics: { precision: 90 } })],
};
const turn = (knobs: object) =>
  fetch(`${origin}/knobs/remote-step`, { method: 'PUT', body: JSON.stringify(knobs) });
async function ask(question: object = asked, { by = secret, within = 5000 } = {}) {
  const body = JSON.stringify(question);
  const response = await fetch(`${origin}/remote-step`, {
    method: 'POST',
    headers: { 'x-mcf-contract': '1', ...signRequest(by, body) },
    body,
    signal: AbortSignal.timeout(within),
  });
  return { status: response.status, body: await response.json() };
}

describe('the remote step of this machine', () => {
  test('rates by the weakest of the skills asked for; what nobody tested counts as middling', async () => {
    expect(await ask()).toEqual({ status: 200, body: { contract: 1, ratings: { a: 30, b: 50 } } });
  });

  test('drops those of whom more orders failed than went well', async () => {
    const samples = [sample('a'), sample('b', { failedCount: 9 })];
    expect((await ask({ ...asked, kind: 'filter', samples })).body).toEqual({ contract: 1, keep: ['a'] });
  });

  test('takes a batch of thousands', async () => {
    const samples = Array.from({ length: 5000 }, (_, i) => sample(`worker-${i}`));
    const { body } = await ask({ ...asked, samples });
    expect(Object.keys(body.ratings)).toHaveLength(5000);
  });

  test('refuses what is not signed with its secret, and what is not the contract', async () => {
    expect(await ask(asked, { by: 'another' })).toMatchObject({
      status: 401,
      body: { error: 'bad_signature' },
    });
    expect((await ask({ ...asked, contract: 2 })).status).toBe(400);
  });

  test('fails, answers nonsense or not at all as often as its knobs say, and behaves again', async () => {
    expect((await turn({ errorNext: 1 })).status).toBe(200);
    expect((await ask()).status).toBe(500);
    await turn({ wrongNext: 1 });
    expect((await ask()).body).toEqual({ contract: 1, ratings: { nobody: 101 } });
    await turn({ hangNext: 1 });
    await expect(ask(asked, { within: 200 })).rejects.toThrow();
    expect((await ask()).status).toBe(200);
    expect((await turn({ delayMs: -1 })).status).toBe(400);
  });

  test('is late by as much as it is told, also after a restart, and says so on the front page', async () => {
    await turn({ delayMs: 150 });
    await outside.close();
    await start();
    const begun = performance.now();
    await ask();
    expect(performance.now() - begun).toBeGreaterThan(145);
    const page = await (await fetch(origin)).text();
    expect(page).toContain('Remote matching step');
    expect(page).toContain('after 150 ms');
  });
});
