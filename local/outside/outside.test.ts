import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Outside, startOutside } from './index.ts';
import type { Partner } from './knobs.ts';
import type { Mail } from './mailbox.ts';
import { predictFor } from './predictions.ts';
import { refuseSignature, sign } from './signature.ts';

const SECRETS = { gateway: 'gateway secret', 'golden-hat': 'hat secret', cookies: 'cookie secret' };
const HCB = { clientId: 'mcf', clientSecret: 'a client secret', directoryToken: 'a directory token' };
const databaseName = `outside_${randomBytes(6).toString('hex')}`;

let databaseUrl: string;
let outside: Outside;
let origin: string;
let app: StandInApp;

beforeAll(async () => {
  const superuserUrl = process.env.TEST_DATABASE_URL;
  if (!superuserUrl) throw new Error('TEST_DATABASE_URL is not set');
  const admin = postgres(superuserUrl, { max: 1 });
  await admin.unsafe(`create database ${databaseName}`);
  await admin.end();
  const url = new URL(superuserUrl);
  url.pathname = `/${databaseName}`;
  databaseUrl = url.href;
  app = await openStandInApp();
  await start();
});

afterAll(async () => {
  await outside?.close();
  app?.server.close();
  const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1 });
  await admin.unsafe(`drop database if exists ${databaseName} with (force)`);
  await admin.end();
});

beforeEach(async () => {
  await turn('gateway', { processMs: 0 });
  await turn('golden-hat', { processMs: 0 });
});

afterEach(async () => {
  app.refuse = false;
  for (const partner of ['gateway', 'golden-hat', 'cookies']) {
    await fetch(`${origin}/knobs/${partner}`, { method: 'DELETE' });
  }
});

async function start(httpPort = 0): Promise<void> {
  outside = await startOutside({ databaseUrl, httpPort, appUrl: app.url, hcb: HCB, secrets: SECRETS });
  origin = `http://127.0.0.1:${outside.httpPort}`;
}

/** The process as the supervisor runs it, on the ports of the one that was just closed. */
async function runMain(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      OUTSIDE_DATABASE_URL: databaseUrl,
      OUTSIDE_PORT: String(outside.httpPort),
      SMTP_PORT: String(outside.smtpPort),
      APP_URL: app.url,
      HCB_CLIENT_ID: HCB.clientId,
      HCB_CLIENT_SECRET: HCB.clientSecret,
      HCB_DIRECTORY_TOKEN: HCB.directoryToken,
      PARTNER_GATEWAY_SECRET: SECRETS.gateway,
      PARTNER_GOLDEN_HAT_SECRET: SECRETS['golden-hat'],
      PARTNER_COOKIES_SECRET: SECRETS.cookies,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

async function turn(partner: Partner, knobs: object): Promise<Response> {
  return fetch(`${origin}/knobs/${partner}`, { method: 'PUT', body: JSON.stringify(knobs) });
}

/** Asks a partner the way the app does. */
async function ask(
  partner: Partner,
  resource: string,
  body: object,
  options: { key?: string; secret?: string; timestamp?: number; timeoutMs?: number } = {},
): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1000));
  const rawBody = JSON.stringify(body);
  const response = await fetch(`${origin}/${partner}/${resource}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': options.key ?? randomUUID(),
      'x-mcf-timestamp': timestamp,
      'x-mcf-signature': sign(options.secret ?? SECRETS[partner], timestamp, rawBody),
    },
    body: rawBody,
    signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}

const lookUp = (partner: Partner, resource: string, key: string) =>
  list(partner, `${resource}?idempotencyKey=${encodeURIComponent(key)}`);

async function list(partner: Partner, resourceAndQuery: string) {
  const path = `/${partner}/${resourceAndQuery}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const response = await fetch(origin + path, {
    headers: { 'x-mcf-timestamp': timestamp, 'x-mcf-signature': sign(SECRETS[partner], timestamp, path) },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const aCharge = (amountCents = '10000') => ({
  amountCents,
  methodToken: 'tok_demo_card',
  reference: 'invoice 1',
});

type Webhook = {
  deliveryId: string;
  type: string;
  data: { idempotencyKey: string; status: string; [more: string]: unknown };
};
type StandInApp = {
  server: Server;
  url: string;
  /** Taken webhooks in the order of their arrival. */
  taken: Webhook[];
  refusals: number;
  refuse: boolean;
};

/** Takes webhooks as the app would, checking each signature. */
async function openStandInApp(): Promise<StandInApp> {
  const state: Omit<StandInApp, 'server' | 'url'> = { taken: [], refusals: 0, refuse: false };
  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request) raw += chunk;
    const [, partner] = /^\/api\/partners\/([a-z-]+)\/webhook$/.exec(request.url ?? '') ?? [];
    const refused = refuseSignature(
      SECRETS[partner as Partner],
      {
        timestamp: String(request.headers['x-partner-timestamp']),
        signature: String(request.headers['x-partner-signature']),
        text: raw,
      },
      Date.now(),
    );
    if (state.refuse || refused) {
      state.refusals += 1;
      response.writeHead(503).end();
      return;
    }
    state.taken.push(JSON.parse(raw));
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(state, { server, url: `http://127.0.0.1:${port}` });
}

const takenFor = (key: string) => app.taken.filter((webhook) => webhook.data.idempotencyKey === key);
const eventually = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 20 });

describe('a partner and its keys', () => {
  it('gives the same key with the same body the first answer, to the letter, and acts once', async () => {
    const key = randomUUID();
    await turn('gateway', { processMs: 20 });
    const first = await ask('gateway', 'charges', aCharge(), { key });
    expect(first).toMatchObject({ status: 200, body: { status: 'pending', amountCents: '10000' } });
    await eventually(async () =>
      expect((await lookUp('gateway', 'charges', key)).body.status).toBe('succeeded'),
    );
    expect((await ask('gateway', 'charges', aCharge(), { key })).text).toBe(first.text);
    expect(await exported('gateway', key)).toHaveLength(1);
  });

  it('acts once when the same request comes many times at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => ask('gateway', 'charges', aCharge(), { key })),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await exported('gateway', key)).toHaveLength(1);
  });

  it('refuses the same key with another body, or for another resource', async () => {
    const key = randomUUID();
    await ask('gateway', 'charges', aCharge('10000'), { key });
    expect(await ask('gateway', 'charges', aCharge('10001'), { key })).toMatchObject({
      status: 422,
      body: { error: 'idempotency_key_reused' },
    });
    const method = { clientReference: 'c', kind: 'card', label: 'l' };
    expect((await ask('gateway', 'methods', method, { key })).status).toBe(422);
    expect(await exported('gateway', key)).toMatchObject([{ amountCents: '10000' }]);
  });

  it('lists what has ended, a page at a time, each with how it stands now', async () => {
    const from = new Date();
    await turn('gateway', { processMs: 0 });
    const keys = [randomUUID(), randomUUID(), randomUUID()];
    for (const key of keys) await ask('gateway', 'charges', aCharge(), { key });
    const to = new Date(Date.now() + 60_000);
    const listed: unknown[] = [];
    let after = '';
    for (let pages = 1; pages <= 2; pages++) {
      const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), limit: '2' });
      if (after) query.set('after', after);
      const { status, body } = await list('gateway', `charges?${query}`);
      expect(status).toBe(200);
      listed.push(...(body.operations as unknown[]));
      after = String(body.next);
    }
    expect(after).toBe('null');
    expect(listed).toMatchObject(
      keys.map((idempotencyKey) => ({ idempotencyKey, status: 'succeeded', amountCents: '10000' })),
    );
    expect((await list('gateway', 'charges?from=yesterday&to=today')).status).toBe(400);
  });

  it('has never heard of a key nobody used', async () => {
    expect((await lookUp('gateway', 'charges', randomUUID())).status).toBe(404);
  });

  it.each(['0', '-5', '1.5', '01', '9'.repeat(19), ''])('refuses to charge %j', async (amountCents) => {
    const key = randomUUID();
    expect((await ask('gateway', 'charges', aCharge(amountCents), { key })).status).toBe(400);
    expect((await lookUp('gateway', 'charges', key)).status).toBe(404);
  });

  it('charges a registered method and no unknown one', async () => {
    const method = await ask('gateway', 'methods', { clientReference: 'c1', kind: 'payroll', label: 'Pay' });
    expect(method.body).toMatchObject({ label: 'Pay', token: expect.stringMatching(/^tok_payroll_/) });
    const good = { ...aCharge(), methodToken: method.body.token };
    expect((await ask('gateway', 'charges', good)).body.status).toBe('succeeded');
    const bad = { ...aCharge(), methodToken: 'tok_made_up' };
    expect((await ask('gateway', 'charges', bad)).body).toMatchObject({
      status: 'failed',
      failureCode: 'unknown_method',
    });
  });

  it('gives back what a charge has taken, once per key, and never more than that', async () => {
    const key = randomUUID();
    await ask('gateway', 'charges', aCharge('10000'), { key });
    const refund = (amountCents: string, chargeKey: string = key) =>
      ask('gateway', 'refunds', { amountCents, chargeKey, reference: 'refund 1' });
    expect((await refund('4000')).body).toMatchObject({ status: 'succeeded', amountCents: '4000' });
    expect((await refund('6001')).body).toMatchObject({ status: 'failed', failureCode: 'over_refunded' });
    const again = { key: randomUUID() };
    const body = { amountCents: '6000', chargeKey: key, reference: 'refund 2' };
    const texts = await Promise.all(
      [1, 2, 3].map(async () => (await ask('gateway', 'refunds', body, again)).text),
    );
    expect(new Set(texts).size).toBe(1);
    expect((await lookUp('gateway', 'refunds', again.key)).body).toMatchObject({
      status: 'succeeded',
      chargeKey: key,
    });
    expect((await refund('1')).body).toMatchObject({ failureCode: 'over_refunded' });
    expect((await refund('1', randomUUID())).body).toMatchObject({ failureCode: 'unknown_charge' });
    await turn('gateway', { failNext: 1 });
    const failed = randomUUID();
    await ask('gateway', 'charges', aCharge(), { key: failed });
    expect((await refund('1', failed)).body).toMatchObject({ failureCode: 'charge_not_settled' });
    await eventually(() => expect(takenFor(again.key)).toMatchObject([{ type: 'refund.succeeded' }]));
  });

  it('refuses the next ways to pay or be paid when told to, and no movement of money', async () => {
    await turn('golden-hat', { refuseNext: 1 });
    const account = { workerReference: 'worker 1', name: 'Vasya' };
    const transfer = { amountCents: '6000', account: 'GH-DEMO-1', reference: 'statement 2' };
    expect((await ask('golden-hat', 'transfers', transfer)).body.status).not.toBe('failed');
    expect(await ask('golden-hat', 'accounts', account)).toMatchObject({ status: 400 });
    const { body } = await ask('golden-hat', 'accounts', account);
    expect(body.account).toMatch(/^GH-/);
  });

  it('sends a transfer back after it had arrived, when told to, and says so', async () => {
    await turn('golden-hat', { returnNext: 1, returnAfterMs: 300 });
    const transfer = { amountCents: '6000', account: 'GH-DEMO-1', reference: 'statement 1' };
    const [key, other] = [randomUUID(), randomUUID()];
    expect((await ask('golden-hat', 'transfers', transfer, { key })).body.status).toBe('succeeded');
    await ask('golden-hat', 'transfers', transfer, { key: other });
    const arrived = new Date();
    await eventually(async () =>
      expect((await lookUp('golden-hat', 'transfers', key)).body).toMatchObject({
        status: 'returned',
        failureCode: 'account_closed',
      }),
    );
    await eventually(() =>
      expect(takenFor(key).map(({ type }) => type)).toEqual(['transfer.confirmed', 'transfer.returned']),
    );
    expect((await lookUp('golden-hat', 'transfers', other)).body.status).toBe('succeeded');
    // It is on the list of the time when it came back.
    const until = new Date(Date.now() + 60_000);
    const later = new URLSearchParams({ from: arrived.toISOString(), to: until.toISOString() });
    expect((await list('golden-hat', `transfers?${later}`)).body.operations).toMatchObject([
      { idempotencyKey: key, status: 'returned' },
    ]);
  });

  it('transfers to an opened account and confirms it', async () => {
    const key = randomUUID();
    const { account } = (await ask('golden-hat', 'accounts', { workerReference: 'w1', name: 'Кузя' })).body;
    const transfer = { amountCents: '600', account, reference: 'November' };
    expect((await ask('golden-hat', 'transfers', transfer, { key })).body.status).toBe('succeeded');
    await eventually(() => expect(takenFor(key)).toMatchObject([{ type: 'transfer.confirmed' }]));
    const other = { ...transfer, account: 'GH-MADE-UP' };
    expect((await ask('golden-hat', 'transfers', other)).body.failureCode).toBe('unknown_account');
  });

  it('bakes a cookie for as long as told and puts the prediction of its key in it', async () => {
    const key = randomUUID();
    await turn('cookies', { bakeSeconds: 0.05 });
    const order = { reference: 'order 1', clientName: 'Мурка', clientNote: '' };
    const placed = await ask('cookies', 'orders', order, { key });
    expect(placed.body.status).toBe('pending');
    expect(placed.body).not.toHaveProperty('prediction');
    expect(Date.parse(String(placed.body.etaAt))).toBeGreaterThan(0);
    await eventually(() => expect(takenFor(key)).toHaveLength(1));
    expect(takenFor(key)).toMatchObject([{ type: 'cookie.ready', data: { prediction: predictFor(key) } }]);
  });
});

describe('a signature', () => {
  it.each([
    ['made with another secret', { secret: 'wrong' }, 'bad_signature'],
    ['older than five minutes', { timestamp: Math.floor(Date.now() / 1000) - 400 }, 'stale_timestamp'],
    ['from the future', { timestamp: Math.floor(Date.now() / 1000) + 400 }, 'stale_timestamp'],
  ])('%s is refused and nothing is done', async (_case, options, error) => {
    const key = randomUUID();
    expect(await ask('gateway', 'charges', aCharge(), { key, ...options })).toMatchObject({
      status: 401,
      body: { error },
    });
    expect((await lookUp('gateway', 'charges', key)).status).toBe(404);
  });

  it('is required, also for looking up', async () => {
    const response = await fetch(`${origin}/gateway/charges?idempotencyKey=x`);
    expect(response.status).toBe(401);
  });
});

describe('misbehaviour', () => {
  it('hangs before: no answer and no effect', async () => {
    const key = randomUUID();
    await turn('gateway', { hangBefore: 1 });
    await expect(ask('gateway', 'charges', aCharge(), { key, timeoutMs: 300 })).rejects.toThrow(/timeout/i);
    expect((await lookUp('gateway', 'charges', key)).status).toBe(404);
    expect((await ask('gateway', 'charges', aCharge(), { key })).body.status).toBe('succeeded');
  });

  it('hangs after: no answer, but the effect is there and a repeat does not double it', async () => {
    const key = randomUUID();
    await turn('gateway', { hangAfter: 1 });
    await expect(ask('gateway', 'charges', aCharge(), { key, timeoutMs: 300 })).rejects.toThrow(/timeout/i);
    expect((await lookUp('gateway', 'charges', key)).body.status).toBe('succeeded');
    expect((await ask('gateway', 'charges', aCharge(), { key })).body.status).toBe('succeeded');
    expect(await exported('gateway', key)).toHaveLength(1);
  });

  it('fails exactly as many as told, and a repeated key does not use one up', async () => {
    await turn('gateway', { failNext: 2 });
    const key = randomUUID();
    const first = await ask('gateway', 'charges', aCharge(), { key });
    expect((await ask('gateway', 'charges', aCharge(), { key })).text).toBe(first.text);
    const more = await Promise.all(Array.from({ length: 4 }, () => ask('gateway', 'charges', aCharge())));
    const failed = [first, ...more].filter((answer) => answer.body.status === 'failed');
    expect(failed).toHaveLength(2);
    expect(failed[0]?.body.failureCode).toEqual(expect.any(String));
  });

  it('fails everything at a fail rate of 1', async () => {
    await turn('golden-hat', { failRate: 1 });
    const key = randomUUID();
    await ask('golden-hat', 'transfers', { amountCents: '1', account: 'GH-DEMO-1', reference: 'r' }, { key });
    await eventually(() =>
      expect(takenFor(key)).toMatchObject([{ type: 'transfer.failed', data: { status: 'failed' } }]),
    );
  });

  it('answers 500 without effect', async () => {
    const key = randomUUID();
    await turn('gateway', { errorNext: 1 });
    expect((await ask('gateway', 'charges', aCharge(), { key })).status).toBe(500);
    expect((await lookUp('gateway', 'charges', key)).status).toBe(404);
  });

  it('sends a webhook twice under one delivery id', async () => {
    const key = randomUUID();
    await turn('gateway', { doubleWebhook: true });
    await ask('gateway', 'charges', aCharge(), { key });
    await eventually(() => expect(takenFor(key)).toHaveLength(2));
    expect(new Set(takenFor(key).map((webhook) => webhook.deliveryId)).size).toBe(1);
  });

  it('lets a later webhook overtake an earlier one', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await turn('gateway', { outOfOrder: true });
    await ask('gateway', 'charges', aCharge(), { key: first });
    await ask('gateway', 'charges', aCharge(), { key: second });
    await eventually(() => expect(takenFor(first)).toHaveLength(1));
    expect(app.taken.indexOf(takenFor(second)[0] as Webhook)).toBeGreaterThanOrEqual(0);
    expect(app.taken.indexOf(takenFor(second)[0] as Webhook)).toBeLessThan(
      app.taken.indexOf(takenFor(first)[0] as Webhook),
    );
  });

  it('refuses knobs it does not have and keeps those it has', async () => {
    expect((await turn('gateway', { loudness: 11 })).status).toBe(400);
    expect((await turn('gateway', { delayMs: -1 })).status).toBe(400);
    await turn('gateway', { failRate: 0.25 });
    const knobs = await (await turn('gateway', { delayMs: 5 })).json();
    expect(knobs).toMatchObject({ failRate: 0.25, delayMs: 5 });
  });
});

describe('after a restart', () => {
  it('keys, knobs, pending operations and webhooks go on where they were', async () => {
    const [refusedKey, pendingKey] = [randomUUID(), randomUUID()];
    app.refuse = true;
    const answer = await ask('gateway', 'charges', aCharge(), { key: refusedKey });
    const refusals = app.refusals;
    await eventually(() => expect(app.refusals).toBeGreaterThan(refusals));
    await turn('gateway', { processMs: 1_200, failNext: 3 });
    await ask('gateway', 'charges', aCharge(), { key: pendingKey });
    expect(takenFor(refusedKey)).toHaveLength(0);

    await outside.close();
    app.refuse = false;
    await start(outside.httpPort);

    expect((await ask('gateway', 'charges', aCharge(), { key: refusedKey })).text).toBe(answer.text);
    const knobs = await (await fetch(`${origin}/knobs/gateway`)).json();
    expect(knobs).toMatchObject({ processMs: 1_200, failNext: 2 });
    await eventually(() => expect(takenFor(refusedKey)).toHaveLength(1));
    await eventually(() => expect(takenFor(pendingKey)).toMatchObject([{ type: 'charge.failed' }]));
  });

  it('killed in the middle, nothing promised is lost', async () => {
    await outside.close();
    const key = randomUUID();
    app.refuse = true;
    const child = await runMain();
    await turn('gateway', { processMs: 300 });
    const answer = await ask('gateway', 'charges', aCharge(), { key });
    child.kill('SIGKILL');
    await once(child, 'exit');
    app.refuse = false;

    await start(outside.httpPort);
    expect((await ask('gateway', 'charges', aCharge(), { key })).text).toBe(answer.text);
    await eventually(() => expect(takenFor(key)).toMatchObject([{ type: 'charge.succeeded' }]));
    expect((await lookUp('gateway', 'charges', key)).body.status).toBe('succeeded');
  });

  it('single sign-on signs with the same key', async () => {
    const before = await (await fetch(`${origin}/sso/jwks`)).json();
    await outside.close();
    await start(outside.httpPort);
    expect(await (await fetch(`${origin}/sso/jwks`)).json()).toEqual(before);
  });
});

async function exported(partner: Partner, key: string): Promise<unknown[]> {
  const books = (await (await fetch(`${origin}/export/${partner}`)).json()) as {
    operations: Array<{ idempotencyKey: string }>;
  };
  return books.operations.filter((operation) => operation.idempotencyKey === key);
}

/** A browser without a keyboard: follows redirects and keeps cookies with their paths. */
function openBrowser() {
  const cookies = new Map<string, { value: string; path: string }>();
  const get = async (address: string) => {
    const url = new URL(address);
    const sent = [...cookies]
      .filter(([, cookie]) => url.pathname === cookie.path || url.pathname.startsWith(cookie.path))
      .map(([name, cookie]) => `${name}=${cookie.value}`);
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: sent.join('; ') } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, { value, path });
    }
    return response;
  };
  return {
    get,
    /** Walks on until the trail leaves single sign-on; returns where it leads. */
    async walk(address: string): Promise<URL> {
      let next = new URL(address);
      for (let step = 0; step < 10 && next.origin === origin; step++) {
        const response = await get(next.href);
        const location = response.headers.get('location');
        if (response.status !== 303 || !location) {
          throw new Error(`stopped at ${next.href}: ${response.status} ${await response.text()}`);
        }
        next = new URL(location, next);
      }
      return next;
    },
  };
}

describe('single sign-on', () => {
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = () => `${app.url}/api/auth/callback/hcb`;

  async function authorizeUrl(state = 'a state'): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const query = new URLSearchParams({
      client_id: HCB.clientId,
      response_type: 'code',
      redirect_uri: redirectUri(),
      scope: 'openid profile email',
      state,
      code_challenge: Buffer.from(digest).toString('base64url'),
      code_challenge_method: 'S256',
    });
    return `${origin}/sso/auth?${query}`;
  }

  async function redeem(code: string | null, codeVerifier = verifier) {
    const response = await fetch(`${origin}/sso/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${HCB.clientId}:${encodeURIComponent(HCB.clientSecret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: redirectUri(),
        code_verifier: codeVerifier,
      }),
    });
    const tokens = (await response.json()) as { id_token?: string; access_token?: string; error?: string };
    const [, payload = ''] = tokens.id_token?.split('.') ?? [];
    const claims = payload ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : {};
    return { ...tokens, claims };
  }

  it('[US-010] signs Murka in without any form', async () => {
    const target = await openBrowser().walk(await authorizeUrl('kept'));
    expect(target.origin + target.pathname).toBe(redirectUri());
    expect(target.searchParams.get('state')).toBe('kept');
    const { claims, access_token } = await redeem(target.searchParams.get('code'));
    expect(claims).toMatchObject({
      iss: `${origin}/sso`,
      aud: HCB.clientId,
      sub: 'murka',
      name: 'Мурка Подоконникова',
      email: 'murka@happycatbox.example',
    });
    const me = await fetch(`${origin}/sso/me`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await me.json()).toMatchObject({ sub: 'murka', email: 'murka@happycatbox.example' });
  });

  it('signs in whoever was switched to, also after somebody else was signed in', async () => {
    const browser = openBrowser();
    await browser.walk(await authorizeUrl());
    const then = `${app.url}/somewhere`;
    const switched = await browser.get(
      `${origin}/sso/testers/switch?tester=whiskers&then=${encodeURIComponent(then)}`,
    );
    expect(switched.headers.get('location')).toBe(then);
    const target = await browser.walk(await authorizeUrl());
    expect((await redeem(target.searchParams.get('code'))).claims.sub).toBe('whiskers');
  });

  it('still knows the tester after a restart', async () => {
    const browser = openBrowser();
    await browser.get(`${origin}/sso/testers/switch?tester=vasily`);
    await browser.walk(await authorizeUrl());
    await outside.close();
    await start(outside.httpPort);
    // No pause to choose anybody: the session alone answers.
    const silent = await browser.walk(`${await authorizeUrl()}&prompt=none`);
    expect((await redeem(silent.searchParams.get('code'))).claims.sub).toBe('vasily');
  });

  it('refuses a tester who has left, also one signed in before', async () => {
    const browser = openBrowser();
    await browser.get(`${origin}/sso/testers/switch?tester=ryzhik`);
    await browser.walk(await authorizeUrl());
    const setActive = (active: boolean) =>
      fetch(`${origin}/sso/testers/ryzhik`, { method: 'PUT', body: JSON.stringify({ active }) });
    await setActive(false);
    const target = await browser.walk(await authorizeUrl());
    expect(target.searchParams.get('error')).toBe('access_denied');
    await setActive(true);
    const again = await browser.walk(await authorizeUrl());
    expect(again.searchParams.get('code')).toMatch(/\S{10,}/);
  });

  it('insists on PKCE and redeems a code once', async () => {
    const browser = openBrowser();
    const plain = new URL(await authorizeUrl());
    plain.searchParams.delete('code_challenge');
    plain.searchParams.delete('code_challenge_method');
    expect((await browser.walk(plain.href)).searchParams.get('error')).toBe('invalid_request');
    const first = (await browser.walk(await authorizeUrl())).searchParams.get('code');
    expect((await redeem(first, randomBytes(32).toString('base64url'))).error).toBe('invalid_grant');
    const second = (await browser.walk(await authorizeUrl())).searchParams.get('code');
    expect((await redeem(second)).claims.sub).toBe('murka');
    expect((await redeem(second)).error).toBe('invalid_grant');
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'javascript:alert(1)',
    'http://127.0.0.1.evil.example/',
  ])('does not send a tester to %s', async (then) => {
    const address = `${origin}/sso/testers/switch?tester=murka&then=${encodeURIComponent(then)}`;
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(400);
  });

  it('refuses pages of other sites', async () => {
    const response = await fetch(`${origin}/sso/testers/murka`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: new URLSearchParams({ active: 'false' }),
    });
    expect(response.status).toBe(403);
  });
});

describe('the directory', () => {
  const page = async (query: string, token = HCB.directoryToken) =>
    fetch(`${origin}/directory/testers?${query}`, { headers: { authorization: `Bearer ${token}` } });

  it('lists every tester once, page by page', async () => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = new URLSearchParams({ limit: '5', cursor }).toString();
      const answer = (await (await page(query)).json()) as {
        testers: Array<{ id: string }>;
        nextCursor: string | null;
      };
      expect(answer.testers.length).toBeLessThanOrEqual(5);
      ids.push(...answer.testers.map((tester) => tester.id));
      cursor = answer.nextCursor;
    }
    expect(ids.length).toBeGreaterThanOrEqual(12);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('murka');
  });

  it('tells who has left, and nothing to those without the token', async () => {
    const { testers } = (await (await page('limit=500')).json()) as { testers: unknown[] };
    expect(testers).toContainEqual(expect.objectContaining({ id: 'tishka', active: false }));
    expect((await page('', 'a wrong token')).status).toBe(401);
  });
});

describe('the mailbox', () => {
  const mails = async (query: string) => {
    const answer = await fetch(`${origin}/mailbox/messages?${query}`);
    return ((await answer.json()) as { messages: Mail[] }).messages;
  };

  it('keeps a mail with its texts and attachments, and shows its HTML without trust', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: outside.smtpPort });
    const to = `${randomUUID()}@happycatbox.example`;
    await transport.sendMail({
      from: 'Make Cats Free <mcf@example.com>',
      to: `"Мурка" <${to.toUpperCase()}>`,
      subject: 'Ваш заказ <готов>',
      text: 'Стакан упал.',
      html: '<p>Стакан <b>упал</b>.</p><script>alert(1)</script>',
      attachments: [{ filename: 'счёт.pdf', content: Buffer.from('%PDF'), contentType: 'application/pdf' }],
    });
    const [mail] = await mails(`to=${to}`);
    expect(mail).toMatchObject({
      from: 'mcf@example.com',
      subject: 'Ваш заказ <готов>',
      text: expect.stringContaining('Стакан упал.'),
      attachments: [{ filename: 'счёт.pdf', mimeType: 'application/pdf', sizeBytes: 4 }],
    });
    expect(await mails(`to=${to}&since=${String(mail?.receivedAt)}`)).toEqual([]);

    const body = await fetch(`${origin}/mailbox/${mail?.id}/html`);
    expect(body.headers.get('content-security-policy')).toMatch(/^sandbox .*default-src 'none'/);
    const shown = await (await fetch(`${origin}/mailbox/${mail?.id}`)).text();
    expect(shown).toContain('Ваш заказ &lt;готов&gt;');
    expect(shown).not.toContain('<script>');

    await fetch(`${origin}/mailbox/messages?to=${to}`, { method: 'DELETE' });
    expect(await mails(`to=${to}`)).toEqual([]);
  });

  it('drops the oldest beyond 2,000', async () => {
    const sql = postgres(databaseUrl, { max: 1 });
    await sql`
      insert into outside.mails (sender, recipients, subject, attachments)
      select 'x@example.com', array['bulk@example.com'], 'mail ' || n, '[]' from generate_series(1, 2100) n`;
    const transport = createTransport({ host: '127.0.0.1', port: outside.smtpPort });
    await transport.sendMail({ from: 'a@example.com', to: 'last@example.com', subject: 'last', text: '.' });
    const [row] = await sql`select count(*)::int as count, min(subject) as oldest from outside.mails`;
    await sql.end();
    expect(row?.count).toBe(2_000);
    expect(await mails('to=last@example.com')).toMatchObject([{ subject: 'last' }]);
  });
});

describe('the pages', () => {
  it.each(['/', '/sso/testers', '/mailbox', '/health'])('%s is there', async (path) => {
    expect((await fetch(origin + path)).status).toBe(200);
  });

  it('the form of the front page turns the knobs, and unticked boxes turn them off', async () => {
    await turn('cookies', { doubleWebhook: true });
    const body = new URLSearchParams({ delayMs: '7', bakeSeconds: '1.5', outOfOrder: 'on' });
    const response = await fetch(`${origin}/knobs/cookies`, { method: 'POST', body, redirect: 'manual' });
    expect(response.status).toBe(303);
    const knobs = await (await fetch(`${origin}/knobs/cookies`)).json();
    expect(knobs).toMatchObject({ delayMs: 7, bakeSeconds: 1.5, outOfOrder: true, doubleWebhook: false });
  });
});
