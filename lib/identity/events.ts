import { z } from 'zod';
import { roles } from '#lib/kernel/ctx.ts';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

export const accountCreated = defineEvent('identity/account.created', {
  accountId: eventField.id,
  name: z.string(),
  roles: z.array(z.enum(roles)),
});
/** A worker's account exists: matching learns of the sample, billing opens the payout account. */
export const workerJoined = defineEvent('identity/worker.joined', {
  accountId: eventField.id,
  name: z.string(),
  characteristics: z.record(z.string(), z.number().int().min(0).max(100)),
});
export const accountDeactivated = defineEvent('identity/account.deactivated', {
  accountId: eventField.id,
  roles: z.array(z.enum(roles)),
});
/** A manager wants the testers of HCB brought up to date now. */
export const directorySyncRequested = defineEvent('identity/directory-sync.requested', {
  requestedBy: eventField.id,
});
/** A link to a password is wanted: somebody forgot it, or (invited) is to choose their first. */
export const passwordLinkRequested = defineEvent('identity/password-link.requested', {
  accountId: eventField.id,
  invited: z.boolean().optional(),
});
