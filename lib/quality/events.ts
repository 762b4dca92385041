import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

export const auditConcluded = defineEvent('quality/audit.concluded', {
  auditId: eventField.id,
  orderId: eventField.id,
  workerId: eventField.id.nullable(),
  kind: z.enum(['incident', 'sample']),
  /** Who or what went wrong; `nobody` for a sample. */
  fault: z.string(),
  /** What the worker can do, as the audit found: skill -> 0..100; empty when it did not look. */
  characteristics: z.record(z.string(), z.number().int().min(0).max(100)).default({}),
  concludedAt: eventField.instant.optional(),
});
