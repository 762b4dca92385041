import type { Connection } from '#db/client.ts';
import { onOutboxWritten } from '#lib/kernel/live.ts';
import { type OutboxEvent, relayOutboxBatch } from '#lib/kernel/outbox.ts';
import { inngest } from './client.ts';

const pollMs = 2000;
const longestSyncWaitMs = 5000;

/**
 * Tells Inngest which functions this build has, until it has heard. An event that arrives before its function is known
 * starts nothing, so no event is sent before this is done.
 */
export async function registerFunctions(appUrl: string): Promise<void> {
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, longestSyncWaitMs)) {
    try {
      const response = await fetch(`${appUrl}/api/inngest`, {
        method: 'PUT',
        signal: AbortSignal.timeout(10_000),
      });
      if (response.ok) return;
      if (waitMs === longestSyncWaitMs)
        console.error('registering functions:', (await response.text()).slice(0, 500));
    } catch (error) {
      // At first nobody listens yet: this process is still starting.
      if (waitMs === longestSyncWaitMs) console.error('registering functions:', error);
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }
}

/** Sends events to Inngest under their outbox id, which is what removes doubles there. */
async function sendToInngest(events: OutboxEvent[]): Promise<void> {
  await inngest.send(
    events.map(({ id, name, data, occurredAt }) => ({ id, name, data, ts: occurredAt.getTime() })),
  );
}

/**
 * Runs the relay in this process until `stop` is called: woken by commits, with a slow poll as the net. Every app
 * instance runs one.
 */
export function startOutboxRelay({ db }: Connection, send = sendToInngest): { stop: () => void } {
  let stopped = false;
  let busy = false;
  let again = false;
  const drain = async () => {
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again && !stopped) {
        again = false;
        if ((await relayOutboxBatch(db, send)) > 0) again = true;
      }
    } catch (error) {
      console.error('outbox relay:', error instanceof Error ? error.message : error);
    } finally {
      busy = false;
    }
  };
  const unsubscribe = onOutboxWritten(() => void drain());
  const timer = setInterval(() => void drain(), pollMs);
  timer.unref();
  void drain();
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
      unsubscribe();
    },
  };
}
