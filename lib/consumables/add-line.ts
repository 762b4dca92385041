import { and, eq, sql } from 'drizzle-orm';
import { items, jobLines } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { addLineInput } from './inputs.ts';
import { mayChange } from './job.rules.ts';
import { lockJob, refreshJob } from './load-job.ts';

/**
 * Staff add an item to a job [US-160]; one that is already in it gets this count, so a double tap adds once.
 * Throws `Refused`: consumables.not_found, consumables.job_closed.
 */
export async function addLine(
  ctx: Ctx,
  input: { jobId: string; itemId: string; count: number },
): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, itemId, count } = parse(addLineInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    mustBe(mayChange(job.state));
    const [item] = await tx.db
      .select({ id: items.id })
      .from(items)
      .where(and(eq(items.id, itemId), eq(items.isActive, true)));
    if (!item) throw new Refused('consumables.not_found');
    await tx.db
      .insert(jobLines)
      .values({
        id: tx.newId(),
        jobId,
        itemId,
        count,
        isTicked: true,
        position: sql`(select coalesce(max(position), 0) + 1 from ${jobLines} where job_id = ${jobId})`,
      })
      .onConflictDoUpdate({ target: [jobLines.jobId, jobLines.itemId], set: { count, isTicked: true } });
    tx.audit({ verb: 'addLine', subject: 'order', subjectId: job.orderId, data: { itemId, count } });
    refreshJob(tx, job);
  });
}
