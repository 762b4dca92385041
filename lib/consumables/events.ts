import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

const job = { jobId: eventField.id, orderId: eventField.id };

/** The warehouse learned who needs what, by when [US-150]. */
export const jobOpened = defineEvent('consumables/job.opened', { ...job, dueAt: eventField.instant });
/** Handed over and signed for: this lets the worker start [US-160]. */
export const jobIssued = defineEvent('consumables/job.issued', { ...job, workerId: eventField.id });
export const jobDropped = defineEvent('consumables/job.dropped', job);
export const returnExpected = defineEvent('consumables/return.expected', job);
export const cookieArrived = defineEvent('consumables/cookie.arrived', job);
export const cookieLate = defineEvent('consumables/cookie.late', job);
export const stockLow = defineEvent('consumables/stock.low', {
  itemId: eventField.id,
  onHandCount: z.number().int(),
});
