import { type Runner, type RunnerOptions, startRunner } from './index.ts';

const { env } = process;
if (!env.DATABASE_URL) throw new Error('DATABASE_URL is missing');
const dev = !['', '0', 'false'].includes(env.INNGEST_DEV ?? '');
if (!dev && !(env.INNGEST_SIGNING_KEY && env.INNGEST_EVENT_KEY))
  throw new Error(
    'INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY are missing; INNGEST_DEV=1 runs unsigned, without',
  );

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
  maxCalls: Number(env.RUNNER_MAX_CALLS) || undefined,
  callTimeoutMs: Number(env.RUNNER_CALL_TIMEOUT_MS) || undefined,
  keepHistoryMs: Number(env.RUNNER_KEEP_HISTORY_MS) || undefined,
  backoffMs: fixedBackoffMs > 0 ? () => fixedBackoffMs : undefined,
  missedTicks: env.RUNNER_MISSED_TICKS === 'skip' ? 'skip' : 'once',
  onDatabaseLost: () => process.exit(1),
});

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) process.exit(1);
    closing = true;
    const done = (code: number) => () => process.exit(code);
    runner.close().then(done(0), done(1));
  });
}
