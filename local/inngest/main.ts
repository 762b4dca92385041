import { setTimeout as pause } from 'node:timers/promises';
import { type Runner, startRunner } from './index.ts';

const given = (name: string) => process.env[name] || undefined;
const needed = (name: string): string => {
  const value = given(name);
  if (value) return value;
  throw new Error(`${name} is missing; without keys it runs in dev mode, INNGEST_DEV=1`);
};
const dev = !['0', 'false', undefined].includes(given('INNGEST_DEV'));
const texts = ['schema', 'host', 'password', 'missedTicks'];
const numbers = ['port', 'maxCalls', 'callTimeoutMs', 'keepHistoryMs', 'backoffMs'];
// RUNNER_MAX_CALLS is the option maxCalls, and so on.
const named = [...texts, ...numbers].flatMap((option) => {
  const value = given(`RUNNER_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`);
  return value ? [[option, texts.includes(option) ? value : Number(value)]] : [];
});
const options = {
  port: 8288,
  databaseUrl: needed('DATABASE_URL'),
  appUrl: given('APP_URL')?.replace(/\/?$/, '/api/inngest'),
  eventKeys: dev ? [] : needed('INNGEST_EVENT_KEY').split(','),
  signingKey: dev ? undefined : needed('INNGEST_SIGNING_KEY'),
  signingKeyFallback: dev ? undefined : given('INNGEST_SIGNING_KEY_FALLBACK'),
  onDatabaseLost: () => process.exit(1),
  ...Object.fromEntries(named),
};

const AWAY = /ECONNREFUSED|ECONNRESET|CONNECTION_CLOSED|CONNECT_TIMEOUT|57P03|57P01/;
let runner: Runner | undefined;
for (const end = Date.now() + 60_000; !runner; )
  try {
    runner = await startRunner(options);
  } catch (error) {
    // The database may be starting beside us, or again.
    if (!AWAY.test(`${(error as { code?: string }).code}`) || Date.now() > end) throw error;
    await pause(250);
  }

const { close } = runner;
let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    if (closing) process.exit(1);
    closing = true;
    await close();
    process.exit(0);
  });
