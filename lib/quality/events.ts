import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

export const auditConcluded = defineEvent('quality/audit.concluded', {
  auditId: eventField.id,
  orderId: eventField.id,
  workerId: eventField.id.nullable(),
  fault: z.string(),
});
