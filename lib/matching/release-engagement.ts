import { and, eq, isNull, sql } from 'drizzle-orm';
import { engagements, samples, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { releaseEngagementInput } from './inputs.ts';

const counterOf = {
  completed: samples.completedCount,
  failed: samples.failedCount,
  cancelled: samples.cancelledCount,
};

/** The order has ended: its worker is free again, and how it ended is counted once; for the system. */
export async function releaseEngagement(ctx: Ctx, input: unknown): Promise<{ released: boolean }> {
  requireRole(ctx, 'system');
  const { orderId, outcome } = parse(releaseEngagementInput, input);
  return transaction(ctx, async (tx) => {
    await tx.db.delete(waitingOrders).where(eq(waitingOrders.orderId, orderId));
    const [released] = await tx.db
      .update(engagements)
      .set({ releasedAt: tx.now, outcome })
      .where(and(eq(engagements.orderId, orderId), isNull(engagements.releasedAt)))
      .returning({ workerId: engagements.workerId });
    if (!released) return { released: false };
    if (outcome)
      await tx.db
        .update(samples)
        .set({ [`${outcome}Count`]: sql`${counterOf[outcome]} + 1` })
        .where(eq(samples.workerId, released.workerId));
    tx.audit({ verb: 'releaseEngagement', subject: 'order', subjectId: orderId, data: { outcome } });
    return { released: true };
  });
}
