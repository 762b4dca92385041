import { z } from 'zod';

export const matchOrderInput = z.object({
  orderId: z.uuid(),
  clientId: z.uuid().nullable().default(null),
  serviceTypeId: z.uuid().nullable().default(null),
  startsAt: z.coerce.date(),
  durationMinutes: z.number().int().min(1).max(10_000),
  skills: z.array(z.string().max(50)).max(20),
  excludedWorkerId: z.uuid().nullable(),
});

export const addSampleInput = z.object({
  workerId: z.uuid(),
  name: z.string().trim().min(1).max(200),
  characteristics: z.record(z.string().max(50), z.number().int().min(0).max(100)),
});

export const deactivateSampleInput = z.object({ workerId: z.uuid() });

export const releaseEngagementInput = z.object({
  orderId: z.uuid(),
  /** Null: the order never took the worker. */
  outcome: z.enum(['completed', 'failed', 'cancelled']).nullable(),
});
