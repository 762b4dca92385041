import { and, eq, inArray } from 'drizzle-orm';
import { cookies, jobs } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { jobDropped, returnExpected } from './events.ts';
import { afterOrderEnded } from './job.rules.ts';
import { refreshJob } from './load-job.ts';

/**
 * The order was cancelled or failed: a job that was not issued is dropped, and with it its reservation and its cookie;
 * what was issued is expected back. Nothing happens when there is no job, or the second time.
 */
export async function closeJob(
  ctx: Ctx,
  { orderId, reason }: { orderId: string; reason: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => {
    const [job] = await tx.db.select().from(jobs).where(eq(jobs.orderId, orderId)).for('update');
    if (!job) return;
    const state = afterOrderEnded(job.state);
    if (state === job.state) return;
    await tx.db
      .update(jobs)
      .set({ state, closedWhy: reason, closedAt: state === 'dropped' ? tx.now : null })
      .where(eq(jobs.id, job.id));
    await tx.db
      .update(cookies)
      .set({ state: 'dropped', nextAskAt: null })
      .where(and(eq(cookies.orderId, orderId), inArray(cookies.state, ['planned', 'ordered'])));
    tx.audit({ verb: 'closeJob', subject: 'order', subjectId: orderId, why: reason, data: { state } });
    tx.emit(state === 'dropped' ? jobDropped : returnExpected, { jobId: job.id, orderId });
    refreshJob(tx, job);
  });
}
