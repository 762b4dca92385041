import { createHash, randomBytes } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { payoutChanges } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { maskAccount } from './payout-details.rules.ts';

/** What the database keeps of a mailed secret. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * The secret of a worker's change of payout details, made once and known only to the caller, who mails it in the same
 * transaction; null when it was made before or the change is worthless by now.
 */
export async function makePayoutLink(
  ctx: Ctx,
  { changeId }: { changeId: string },
): Promise<{ token: string; account: string } | null> {
  requireRole(ctx, 'system');
  const token = randomBytes(32).toString('base64url');
  return transaction(ctx, async (tx) => {
    const [change] = await tx.db
      .update(payoutChanges)
      .set({ tokenHash: hashToken(token) })
      .where(
        and(
          eq(payoutChanges.id, changeId),
          isNull(payoutChanges.tokenHash),
          isNull(payoutChanges.replacedAt),
          isNull(payoutChanges.confirmedAt),
        ),
      )
      .returning({ account: payoutChanges.account });
    return change ? { token, account: maskAccount(change.account) } : null;
  });
}
