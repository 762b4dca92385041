import { and, eq, isNull } from 'drizzle-orm';
import { jobLines, jobs } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { bookReturnInput } from './inputs.ts';
import { settleLine } from './job.rules.ts';
import { linesOf, lockItems, lockJob, refreshJob } from './load-job.ts';
import { type Movement, moveStock } from './move-stock.ts';

/**
 * Staff book back what was issued for an order that came to nothing; what did not come back is written off with a
 * reason. Lines already settled stay as they are; the last one closes the job. Throws `Refused`: consumables.not_found,
 * consumables.no_return, consumables.returned_too_many, consumables.write_off_reason.
 */
export async function bookReturn(
  ctx: Ctx,
  input: { jobId: string; lines: { lineId: string; returnedCount: number }[]; reason?: string },
): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, lines: booked, reason } = parse(bookReturnInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (job.state === 'returned') return;
    if (job.state !== 'returning') throw new Refused('consumables.no_return');
    const lines = await linesOf(tx, jobId);
    const shelf = await lockItems(
      tx,
      lines.map(({ itemId }) => itemId),
    );
    const movements: Movement[] = [];
    for (const { lineId, returnedCount } of booked) {
      const line = lines.find(({ id }) => id === lineId);
      if (!line) throw new Refused('consumables.not_found');
      if (line.returnedCount !== null) continue;
      const settled = mustBe(settleLine(line.count, returnedCount, reason));
      await tx.db
        .update(jobLines)
        .set({ ...settled, writtenOffWhy: settled.writtenOffCount > 0 ? reason : null })
        .where(eq(jobLines.id, lineId));
      const { itemId } = line;
      if (settled.returnedCount > 0)
        movements.push({
          itemId,
          jobId,
          kind: 'returned',
          count: settled.returnedCount,
          deltaCount: settled.returnedCount,
          effectKey: `return:${lineId}`,
        });
      if (settled.writtenOffCount > 0)
        movements.push({
          itemId,
          jobId,
          kind: 'written_off',
          count: settled.writtenOffCount,
          deltaCount: 0,
          why: reason,
          effectKey: `write-off:${lineId}`,
        });
    }
    await moveStock(tx, shelf, movements);
    const [open] = await tx.db
      .select({ id: jobLines.id })
      .from(jobLines)
      .where(and(eq(jobLines.jobId, jobId), isNull(jobLines.returnedCount)))
      .limit(1);
    if (!open)
      await tx.db.update(jobs).set({ state: 'returned', closedAt: tx.now }).where(eq(jobs.id, jobId));
    tx.audit({
      verb: 'bookReturn',
      subject: 'order',
      subjectId: job.orderId,
      why: reason,
      data: { lines: booked },
    });
    refreshJob(tx, job);
  });
}
