import { setTimeout as pause } from 'node:timers/promises';
import { startRunner } from './index.ts';

const given = (name: string) => process.env[name] || undefined;
const number = (name: string) => Number(given(name)) || undefined;
const away = ['ECONNREFUSED', 'ECONNRESET', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT', '57P03', '57P01'];
const databaseUrl = given('DATABASE_URL');
const dev = !['0', 'false', undefined].includes(given('INNGEST_DEV'));
const signingKey = dev ? undefined : given('INNGEST_SIGNING_KEY');
const eventKey = given('INNGEST_EVENT_KEY');
const backoffMs = number('RUNNER_BACKOFF_MS');
if (!databaseUrl) throw new Error('DATABASE_URL is missing');
if (!dev && !(signingKey && eventKey))
  throw new Error(
    'INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY are missing; INNGEST_DEV=1 runs unsigned, without',
  );

const start = () =>
  startRunner({
    databaseUrl,
    schema: given('RUNNER_SCHEMA'),
    port: Number(process.env.RUNNER_PORT ?? 8288),
    host: given('RUNNER_HOST'),
    password: given('RUNNER_PASSWORD'),
    appUrl: given('APP_URL')?.replace(/\/?$/, '/api/inngest'),
    eventKeys: eventKey?.split(','),
    signingKey,
    signingKeyFallback: dev ? undefined : given('INNGEST_SIGNING_KEY_FALLBACK'),
    maxCalls: number('RUNNER_MAX_CALLS'),
    callTimeoutMs: number('RUNNER_CALL_TIMEOUT_MS'),
    keepHistoryMs: number('RUNNER_KEEP_HISTORY_MS'),
    backoffMs: backoffMs ? () => backoffMs : undefined,
    missedTicks: given('RUNNER_MISSED_TICKS') === 'skip' ? 'skip' : 'once',
    onDatabaseLost: () => process.exit(1),
  });
// The database may be starting beside us, or again.
const end = Date.now() + 60_000;
const runner = await start().catch(again);
async function again(error: { code?: string }): ReturnType<typeof start> {
  if (!away.includes(error.code ?? '') || Date.now() > end) throw error;
  await pause(250);
  return start().catch(again);
}

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (closing) process.exit(1);
    closing = true;
    runner.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
