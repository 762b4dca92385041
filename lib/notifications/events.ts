import { defineEvent, eventField } from '#lib/kernel/events.ts';

/** A message waits to be sent by mail. */
export const mailQueued = defineEvent('notifications/mail.queued', { messageId: eventField.id });
