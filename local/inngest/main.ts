import { startRunner } from './index.ts';

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
const runner = await startRunner({
  databaseUrl: env.DATABASE_URL,
  schema: env.RUNNER_SCHEMA || undefined,
  port: Number(env.RUNNER_PORT ?? 8288),
  appUrl: env.APP_URL ? `${env.APP_URL.replace(/\/$/, '')}/api/inngest` : undefined,
  eventKeys: env.INNGEST_EVENT_KEY ? env.INNGEST_EVENT_KEY.split(',') : [],
  signingKey: dev ? undefined : env.INNGEST_SIGNING_KEY,
  signingKeyFallback: dev ? undefined : env.INNGEST_SIGNING_KEY_FALLBACK || undefined,
  backoffMs: fixedBackoffMs > 0 ? () => fixedBackoffMs : undefined,
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
