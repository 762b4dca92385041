import { and, eq } from 'drizzle-orm';
import { jobLines } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { changeLineInput } from './inputs.ts';
import { mayChange } from './job.rules.ts';
import { lockJob, refreshJob } from './load-job.ts';

/**
 * Staff take more or fewer of an item than the kit proposed; 0 leaves it out [US-160]. A changed line is ticked: who
 * changed it had it in hand. Throws `Refused`: consumables.not_found, consumables.job_closed.
 */
export async function changeLine(
  ctx: Ctx,
  input: { jobId: string; lineId: string; count: number },
): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, lineId, count } = parse(changeLineInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    mustBe(mayChange(job.state));
    const mine = and(eq(jobLines.id, lineId), eq(jobLines.jobId, jobId));
    const [line] = await tx.db.select().from(jobLines).where(mine);
    if (!line) throw new Refused('consumables.not_found');
    if (line.count === count) return;
    await tx.db
      .update(jobLines)
      .set({ count, isTicked: count > 0 })
      .where(mine);
    tx.audit({
      verb: 'changeLine',
      subject: 'order',
      subjectId: job.orderId,
      data: { itemId: line.itemId, fromCount: line.count, toCount: count },
    });
    refreshJob(tx, job);
  });
}
