/** Once per server process: the LISTEN connection for live screens, the outbox relay, and matching's copy in memory. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return;
  const { connection } = await import('#db/client.ts');
  const { warmPool } = await import('#lib/matching/index.ts');
  const { startListening } = await import('#lib/kernel/live.ts');
  const { registerFunctions, startOutboxRelay } = await import('#inngest/relay-outbox.ts');
  startListening(connection().sql).catch((error) => console.error('live listening failed:', error));
  warmPool({ db: connection().db, now: new Date() }).catch((error) =>
    console.error('matching: the pool was not read ahead:', error),
  );
  void registerFunctions(process.env.APP_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`).then(() =>
    startOutboxRelay(connection()),
  );
}
