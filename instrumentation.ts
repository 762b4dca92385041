/** Once per server process: the LISTEN connection for live screens and the outbox relay. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return;
  const { connection } = await import('#db/client.ts');
  const { startListening } = await import('#lib/kernel/live.ts');
  const { registerFunctions, startOutboxRelay } = await import('#inngest/relay-outbox.ts');
  startListening(connection().sql).catch((error) => console.error('live listening failed:', error));
  void registerFunctions(process.env.APP_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`).then(() =>
    startOutboxRelay(connection()),
  );
}
