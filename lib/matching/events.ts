import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

/** A worker and a cost were found [US-072]; the engagement is already taken in matching's own calendar. */
export const orderMatched = defineEvent('matching/order.matched', {
  orderId: eventField.id,
  workerId: eventField.id,
  workerName: z.string(),
  matchId: eventField.id,
  costCents: eventField.cents,
});
/** Nobody at all in the pool: an operator's alarm; the order waits in placed [US-073]. */
export const poolFoundEmpty = defineEvent('matching/pool.found-empty', { orderId: eventField.id });
/** A worker became known to matching: waiting orders are matched again. */
export const sampleAdded = defineEvent('matching/sample.added', { workerId: eventField.id });
