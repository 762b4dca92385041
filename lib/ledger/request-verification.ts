import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { verificationRequested } from './events.ts';

/** Asks for a verification now; its result is kept with those of the nights. */
export async function requestVerification(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'manager', 'billing');
  await transaction(ctx, async (tx) => {
    tx.emit(verificationRequested, { requestedById: ctx.actor.id });
    tx.audit({ verb: 'requestVerification', subject: 'ledger', subjectId: 'all' });
  });
}
