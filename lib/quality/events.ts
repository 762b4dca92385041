import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

export const auditConcluded = defineEvent('quality/audit.concluded', {
  auditId: eventField.id,
  orderId: eventField.id,
  workerId: eventField.id.nullable(),
  kind: z.enum(['incident', 'sample']),
  /** Who or what went wrong; `nobody` for a sample. */
  fault: z.string(),
});
