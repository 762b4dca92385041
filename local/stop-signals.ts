const onePressMs = 1500;

/**
 * Turns Ctrl-C, SIGTERM, a closed terminal and the death of the process above us into one request to stop. A
 * second Ctrl-C ends at once: the next start cleans up. In a terminal one press arrives several times (from the
 * terminal, npm and the bootstrap), so what comes within a moment counts as one.
 */
export function stopSignals(): { signal: AbortSignal; asked: Promise<void> } {
  const controller = new AbortController();
  let firstAt = 0;
  const asked = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const ask = (insistent: boolean) => {
    const now = Date.now();
    if (firstAt === 0) {
      firstAt = now;
      controller.abort(new Error('stopped'));
    } else if (insistent && now - firstAt > onePressMs) {
      console.error('Ended without waiting; the next start cleans up.');
      process.exit(130);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ask(true));
  process.on('SIGHUP', () => ask(false));
  if (process.channel) {
    process.on('disconnect', () => ask(false));
    process.channel.unref();
  }
  return { signal: controller.signal, asked };
}
