import { defineEvent, eventField } from '#lib/kernel/events.ts';

/** Somebody in charge wants all books read again. */
export const verificationRequested = defineEvent('ledger/verification.requested', {
  requestedById: eventField.id,
});
