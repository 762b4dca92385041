import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

/** Somebody in charge wants all books read again. */
export const verificationRequested = defineEvent('ledger/verification.requested', {
  requestedById: eventField.id,
});
/** A verification found what should not be: somebody must look before money goes on. */
export const problemsFound = defineEvent('ledger/problems.found', {
  verificationId: eventField.id,
  count: z.number().int().min(1),
});
