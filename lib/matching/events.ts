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
/** A pipeline version is in force from now on. */
export const pipelinePublished = defineEvent('matching/pipeline.published', { version: z.number().int() });
/** Past orders are to be run through a draft. */
export const replayRequested = defineEvent('matching/replay.requested', { replayId: eventField.id });
/** Matching itself needs somebody: a remote step that fails too often, or matches that take too long. */
export const alarmRaised = defineEvent('matching/alarm.raised', {
  alarmId: eventField.id,
  kind: z.enum(['pool_empty', 'step_failing', 'slow']),
  subject: z.string().max(100),
  measured: z.number().int(),
});
