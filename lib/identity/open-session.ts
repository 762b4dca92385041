import { and, eq } from 'drizzle-orm';
import { accounts, sessions } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';

export const sessionDays = 30;

/** Opens a session for someone whose identity was just proven. Throws `Refused`: identity.deactivated. */
export async function openSession(
  ctx: Ctx,
  { accountId, userAgent }: { accountId: string; userAgent: string },
): Promise<string> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const [account] = await tx.db
      .select({ version: accounts.sessionVersion })
      .from(accounts)
      .where(and(eq(accounts.id, accountId), eq(accounts.active, true)))
      .for('share');
    if (!account) throw new Refused('identity.deactivated');
    const id = tx.newId();
    await tx.db.insert(sessions).values({
      id,
      accountId,
      version: account.version,
      userAgent: userAgent.slice(0, 300),
      createdAt: tx.now,
      lastSeenAt: tx.now,
      expiresAt: new Date(tx.now.getTime() + sessionDays * 86_400_000),
    });
    tx.audit({ verb: 'openSession', subject: 'account', subjectId: accountId, data: { sessionId: id } });
    return id;
  });
}
