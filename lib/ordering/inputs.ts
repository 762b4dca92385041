import { z } from 'zod';

const reason = z.string().trim().min(1).max(500);
const orderId = z.uuid();
const requestKey = z.string().min(8).max(100);
const startsAt = z.coerce.date();

/** How long a request's texts may be, in characters; forms count by it. */
export const requestLimits = { what: 2000, place: 300, contact: 200 } as const;

/** What a client fills in [US-020]. `startsAt` is an instant; the form's wall-clock time is turned into one before. */
export const placeOrderInput = z.object({
  requestKey,
  serviceTypeId: z.string().min(1).pipe(z.uuid('ordering.service_gone')),
  what: z.string().trim().min(1).max(requestLimits.what),
  place: z.string().trim().min(1).max(requestLimits.place),
  contact: z.string().trim().min(1).max(requestLimits.contact),
  startsAt,
});

export const reorderInput = z.object({ orderId, requestKey, startsAt });
export const orderIdInput = z.object({ orderId });
export const cancelOrderInput = z.object({ orderId, reason: z.string().trim().max(500).optional() });
export const disputeOrderInput = z.object({ orderId, reason });
export const declineOrderInput = z.object({ orderId, reason: z.string().trim().max(500).optional() });
export const photoOfOrderInput = z.object({ orderId, photoId: z.uuid() });
export const endOrderInput = z.object({
  orderId,
  outcome: z.enum(['completed', 'cancelled', 'failed']),
  reason,
});

export const assignOrderInput = z.object({
  orderId,
  matchId: z.uuid(),
  workerId: z.uuid(),
  workerName: z.string().min(1).max(200),
  costCents: z.bigint().nonnegative(),
  discountPercent: z.number().int().min(0).max(100),
});
