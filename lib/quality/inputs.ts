import { z } from 'zod';

/** Who or what went wrong, as the audit finds. */
export const faults = ['nobody', 'worker', 'client', 'warehouse', 'matching', 'company'] as const;
export const channels = ['phone', 'mail', 'in_person'] as const;
export const hypothesisStates = ['new', 'testing', 'confirmed', 'rejected'] as const;

export const openAuditInput = z.object({
  orderId: z.uuid(),
  requestNumber: z.string().max(40),
  kind: z.enum(['incident', 'sample']),
  ending: z.enum(['completed', 'failed', 'cancelled']),
  cause: z.string().max(100).nullable(),
  reason: z.string().max(2000).nullable(),
  clientId: z.uuid(),
  workerId: z.uuid().nullable(),
});

export const concludeAuditInput = z
  .object({
    auditId: z.uuid(),
    fault: z.enum(faults, 'quality.choose_fault'),
    whatHappened: z.string().trim().min(1).max(4000),
    action: z.string().trim().max(4000).default(''),
    hypothesis: z.string().trim().max(1000).default(''),
    measure: z.string().trim().max(300).default(''),
  })
  .refine(({ hypothesis, measure }) => !hypothesis || measure, {
    path: ['measure'],
    message: 'quality.name_measure',
  });

export const logContactInput = z.object({
  auditId: z.uuid(),
  channel: z.enum(channels),
  said: z.string().trim().min(1).max(2000),
});

export const moveHypothesisInput = z.object({ hypothesisId: z.uuid(), state: z.enum(hypothesisStates) });

export const pickSamplesInput = z.object({ count: z.coerce.number().int().min(1).max(20) });
