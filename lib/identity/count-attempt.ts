import { eq } from 'drizzle-orm';
import { signInAttempts } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { forgetMinutes, waitSeconds } from './throttle.rules.ts';

/**
 * Counts an attempt under a key before it is made, in a transaction of its own, so that a failure cannot take the count
 * back. Throws `Refused`: identity.too_many_attempts with the wait, once `free` attempts are used up.
 */
export async function countAttempt(ctx: Ctx, key: string, free: number): Promise<void> {
  const wait = await transaction(ctx, async (tx) => {
    const fresh = { key, failureCount: 0, lastTriedAt: tx.now, blockedUntil: null };
    await tx.db.insert(signInAttempts).values(fresh).onConflictDoNothing();
    const [row] = await tx.db.select().from(signInAttempts).where(eq(signInAttempts.key, key)).for('update');
    const blockedMs = (row!.blockedUntil?.getTime() ?? 0) - tx.now.getTime();
    if (blockedMs > 0) return Math.ceil(blockedMs / 1000);
    const stale = tx.now.getTime() - row!.lastTriedAt.getTime() > forgetMinutes * 60_000;
    const failureCount = (stale ? 0 : row!.failureCount) + 1;
    const seconds = waitSeconds(failureCount, free);
    await tx.db
      .update(signInAttempts)
      .set({
        failureCount,
        lastTriedAt: tx.now,
        blockedUntil: seconds ? new Date(tx.now.getTime() + seconds * 1000) : null,
      })
      .where(eq(signInAttempts.key, key));
    return 0;
  });
  if (wait > 0)
    throw new Refused('identity.too_many_attempts', {
      params: { seconds: wait, minutes: wait < 90 ? 0 : Math.ceil(wait / 60) },
    });
}
