import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

const mostAtOnce = 10_000;

/**
 * A person wants all parked attempts asked about once more, because a partner is back: the clock asks them within minutes, each
 * under its key, so a second click changes nothing. Those asked least come first, at most 10,000. Answers how many.
 */
export async function askAllAgain(ctx: Ctx): Promise<{ count: number }> {
  requireRole(ctx, 'billing');
  return transaction(ctx, async (tx) => {
    const chosen = tx.db
      .select({ id: attempts.id })
      .from(attempts)
      .where(and(eq(attempts.state, 'parked'), isNull(attempts.nextAskAt)))
      .orderBy(asc(attempts.asksCount), asc(attempts.createdAt))
      .limit(mostAtOnce)
      .for('update', { skipLocked: true });
    const asked = await tx.db
      .update(attempts)
      .set({ nextAskAt: tx.now })
      .where(and(inArray(attempts.id, chosen), eq(attempts.state, 'parked')))
      .returning({ id: attempts.id });
    if (asked.length)
      tx.audit({
        verb: 'askAllAgain',
        subject: 'attempt',
        subjectId: 'parked',
        data: { count: asked.length },
      });
    tx.refresh('role:billing');
    return { count: asked.length };
  });
}
