/** Sizes and times as recorded from the real server, or chosen where it has none. */
export const MAX_EVENT_BYTES = 3 * 1024 * 1024;
export const MAX_EVENTS_PER_REQUEST = 5000;
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
export const MAX_STEP_BYTES = 4 * 1024 * 1024;
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Above this the call carries no steps and the SDK fetches them (`use_api`). */
export const MAX_STATE_BYTES = 4 * 1024 * 1024;
/** Of an event's or a signal's name, a step's id: what an index can hold. */
export const MAX_NAME = 256;
export const DEDUPLICATION_MS = 24 * 3600_000;
/** A batch starts when its events reach this size together, however few they are. */
export const MAX_BATCH_BYTES = 10 * 1024 * 1024;
export const MAX_PRIORITY_SECONDS = 600;
export const MAX_INVOKE_MS = 365 * 86_400_000;

const BACKOFF_SECONDS = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200];

/** The real server's wait before the attempt after `attempt` (0 = first), in milliseconds: a table plus up to 30 s at random. */
export function defaultBackoffMs(attempt: number): number {
  const seconds = BACKOFF_SECONDS[Math.min(attempt, BACKOFF_SECONDS.length - 1)] as number;
  return seconds * 1000 + Math.random() * 30_000;
}
