import { randomBytes } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { accounts, invitations } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { tokenHash } from './token-hash.ts';

/**
 * Makes a one-time link to set a password and answers its token, which is known only now; earlier links of the account
 * end. Asked again for the same cause, or for a closed account, it answers null.
 */
export async function makeInvitation(
  ctx: Ctx,
  { accountId, causeId, days }: { accountId: string; causeId: string; days: number },
): Promise<string | null> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const open = and(eq(accounts.id, accountId), eq(accounts.active, true));
    if ((await tx.db.$count(accounts, open)) === 0) return null;
    if ((await tx.db.$count(invitations, eq(invitations.causeId, causeId))) > 0) return null;
    await tx.db
      .update(invitations)
      .set({ usedAt: tx.now })
      .where(and(eq(invitations.accountId, accountId), isNull(invitations.usedAt)));
    const token = randomBytes(32).toString('base64url');
    const made = await tx.db
      .insert(invitations)
      .values({
        tokenHash: tokenHash(token),
        accountId,
        causeId,
        createdAt: tx.now,
        expiresAt: new Date(tx.now.getTime() + days * 86_400_000),
      })
      .onConflictDoNothing({ target: invitations.causeId })
      .returning({ accountId: invitations.accountId });
    return made.length ? token : null;
  });
}
