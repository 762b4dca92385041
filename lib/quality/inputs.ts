import { z } from 'zod';

/** Who or what went wrong, as the audit finds. */
export const faults = ['nobody', 'worker', 'client', 'warehouse', 'matching', 'company'] as const;
/** How well a sampled order was done. */
export const grades = ['excellent', 'good', 'fair', 'poor'] as const;
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

const text = z.string().trim().max(4000);

const skillScore = z.coerce
  .number('quality.score')
  .int('quality.score')
  .min(0, 'quality.score')
  .max(100, 'quality.score');

/** Both flows end in findings of their own; either may yield a hypothesis, which names its measure [US-210]. */
const conclusion = {
  auditId: z.uuid(),
  hypothesis: z.string().trim().max(1000).default(''),
  measure: z.string().trim().max(300).default(''),
  /** What the worker can do, as the audit found; a skill that is left out stays as it was. */
  characteristics: z.record(z.string().max(60), skillScore).optional(),
};

export const concludeAuditInput = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('incident'),
      ...conclusion,
      fault: z.enum(faults, 'quality.choose_fault'),
      whatHappened: text.min(1),
      action: text.default(''),
    }),
    z.object({
      kind: z.literal('sample'),
      ...conclusion,
      grade: z.enum(grades, 'quality.choose_grade'),
      whatWasGood: text.min(1),
      couldBeBetter: text.default(''),
    }),
  ])
  .refine(({ hypothesis, measure }) => !hypothesis || measure, {
    path: ['measure'],
    message: 'quality.name_measure',
    // Said together with what else is wrong, not after it.
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export const logContactInput = z.object({
  auditId: z.uuid(),
  channel: z.enum(channels),
  said: z.string().trim().min(1).max(2000),
});

export const moveHypothesisInput = z.object({ hypothesisId: z.uuid(), state: z.enum(hypothesisStates) });

/** How many one click may pick, and out of how many days. */
export const mostPicked = 20;
export const pickWithinDays = 30;
export const pickSamplesInput = z.object({
  count: z.coerce
    .number('quality.count')
    .int('quality.count')
    .min(1, 'quality.count')
    .max(mostPicked, 'quality.count'),
});
