import { setTimeout as pause } from 'node:timers/promises';

const LONGEST_SLEEP_MS = 30_000;
const PAUSE_AFTER_FAULT_MS = 1_000;

/** Work that falls due: `perform` does what is due and says how much, `untilDue` how long to sleep. */
export type Turn = { perform: () => Promise<number>; untilDue: () => Promise<number | null> };

/**
 * The background life of the partners: each turn works while something is due and sleeps until the next is. All
 * that is due stands in the database, so a killed process simply goes on where it was. `wake` is called when
 * something may have become due sooner.
 */
export function startClockwork(
  turns: Turn[],
  onFault: (error: unknown) => void,
): { wake(): void; stop(): Promise<void> } {
  let alarm = new AbortController();
  let stopped = false;

  const run = async (turn: Turn): Promise<void> => {
    while (!stopped) {
      // Taken before looking, so that a wake during the work is not lost.
      const { signal } = alarm;
      let sleepMs = PAUSE_AFTER_FAULT_MS;
      try {
        if ((await turn.perform()) > 0) continue;
        const untilDueMs = (await turn.untilDue()) ?? LONGEST_SLEEP_MS;
        sleepMs = Math.min(Math.max(Math.ceil(untilDueMs), 1), LONGEST_SLEEP_MS);
      } catch (error) {
        onFault(error);
      }
      await pause(sleepMs, undefined, { signal }).catch(() => {});
    }
  };

  const running = turns.map(run);
  const wake = (): void => {
    const rung = alarm;
    alarm = new AbortController();
    rung.abort();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      wake();
      await Promise.all(running);
    },
  };
}
