import { eq } from 'drizzle-orm';
import { accounts } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { lockColleague, rolesOf } from './lock-colleague.ts';

/**
 * A manager opens a closed account again, with the roles and the password it had. Throws `Refused`:
 * identity.no_colleague, identity.billing_only.
 */
export async function reactivateColleague(ctx: Ctx, { accountId }: { accountId: string }): Promise<void> {
  requireRole(ctx, 'manager');
  await transaction(ctx, async (tx) => {
    const { colleague } = await lockColleague(tx, accountId);
    if (colleague.active) return;
    // Otherwise closing and opening would be a way to hand out the money's role.
    if (colleague.roles.includes('billing') && !rolesOf(tx).includes('billing'))
      throw new Refused('identity.billing_only');
    await tx.db.update(accounts).set({ active: true, deactivatedAt: null }).where(eq(accounts.id, accountId));
    tx.audit({ verb: 'reactivateColleague', subject: 'account', subjectId: accountId });
    tx.refresh('role:manager');
  });
}
