import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

export const failureCauses = [
  'worker_no_show',
  'worker_declined',
  'not_issued_in_time',
  'client_dispute',
  'manager',
] as const;

const order = { orderId: eventField.id, clientId: eventField.id };
const assigned = {
  ...order,
  workerId: eventField.id,
  startsAt: eventField.instant,
  durationMinutes: z.number().int(),
};
/** Everything that billing, matching, quality and the rest need to know of an end; nulls when it was never assigned. */
const ended = {
  ...order,
  workerId: eventField.id.nullable(),
  requestNumber: z.string(),
  serviceName: z.object({ en: z.string(), ru: z.string() }),
  /** What the work costs before the client's discount; what the client pays. Fixed at matching. */
  costCents: eventField.cents.nullable(),
  priceCents: eventField.cents.nullable(),
  endedAt: eventField.instant,
  endedBy: z.object({ kind: z.enum(['account', 'system', 'anonymous']), id: z.string() }),
  reason: z.string().nullable(),
};

export const orderPlaced = defineEvent('ordering/order.placed', {
  ...order,
  requestNumber: z.string(),
  serviceTypeId: eventField.id,
  serviceVersionId: eventField.id,
  startsAt: eventField.instant,
  durationMinutes: z.number().int(),
  /** Set on a re-order: the order it copies, and the worker that failed it [US-132]. */
  originalOrderId: eventField.id.nullable(),
  excludedWorkerId: eventField.id.nullable(),
});
export const orderAssigned = defineEvent('ordering/order.assigned', {
  ...assigned,
  serviceVersionId: eventField.id,
  costCents: eventField.cents,
  priceCents: eventField.cents,
});
export const orderReady = defineEvent('ordering/order.ready', assigned);
export const orderStarted = defineEvent('ordering/order.started', {
  ...assigned,
  startedAt: eventField.instant,
});
export const orderReported = defineEvent('ordering/order.reported', {
  ...assigned,
  reportedAt: eventField.instant,
});
export const orderCompleted = defineEvent('ordering/order.completed', ended);
export const orderFailed = defineEvent('ordering/order.failed', { ...ended, cause: z.enum(failureCauses) });
export const orderCancelled = defineEvent('ordering/order.cancelled', ended);
/** An order in progress took twice its planned time: an alert to managers, never a failure. */
export const orderOverran = defineEvent('ordering/order.overran', assigned);
