import { type Runner, type RunnerOptions, startRunner } from './index.ts';

const { env } = process;
if (!env.DATABASE_URL) throw new Error('DATABASE_URL is missing');
const dev =
  env.INNGEST_DEV !== undefined &&
  env.INNGEST_DEV !== '' &&
  env.INNGEST_DEV !== '0' &&
  env.INNGEST_DEV !== 'false';
if (!dev && (!env.INNGEST_SIGNING_KEY || !env.INNGEST_EVENT_KEY)) {
  throw new Error(
    'INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY are missing; INNGEST_DEV=1 runs without them, unsigned',
  );
}

const fixedBackoffMs = Number(env.RUNNER_BACKOFF_MS);
async function start(options: RunnerOptions): Promise<Runner> {
  // The database may be starting beside us, or again.
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
    try {
      return await startRunner(options);
    } catch (error) {
      const { code } = error as { code?: string };
      const away = ['ECONNREFUSED', 'ECONNRESET', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT', '57P03', '57P01'];
      if (!code || !away.includes(code) || Date.now() > end) throw error;
    }
  }
}

const runner = await start({
  databaseUrl: env.DATABASE_URL,
  schema: env.RUNNER_SCHEMA || undefined,
  port: Number(env.RUNNER_PORT ?? 8288),
  host: env.RUNNER_HOST || undefined,
  password: env.RUNNER_PASSWORD || undefined,
  appUrl: env.APP_URL ? `${env.APP_URL.replace(/\/$/, '')}/api/inngest` : undefined,
  eventKeys: env.INNGEST_EVENT_KEY ? env.INNGEST_EVENT_KEY.split(',') : [],
  signingKey: dev ? undefined : env.INNGEST_SIGNING_KEY,
  signingKeyFallback: dev ? undefined : env.INNGEST_SIGNING_KEY_FALLBACK || undefined,
  backoffMs: fixedBackoffMs > 0 ? () => fixedBackoffMs : undefined,
  missedTicks: env.RUNNER_MISSED_TICKS === 'skip' ? 'skip' : 'once',
  onDatabaseLost: () => process.exit(1),
});

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) process.exit(1);
    closing = true;
    runner.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
