import { and, eq } from 'drizzle-orm';
import { jobLines } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { tickLineInput } from './inputs.ts';
import { mayChange } from './job.rules.ts';
import { lockJob, refreshJob } from './load-job.ts';

/** Staff put a line into the box, or took it out again. Throws `Refused`: consumables.not_found, consumables.job_closed. */
export async function tickLine(
  ctx: Ctx,
  input: { jobId: string; lineId: string; isTicked: boolean },
): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, lineId, isTicked } = parse(tickLineInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    mustBe(mayChange(job.state));
    const ticked = await tx.db
      .update(jobLines)
      .set({ isTicked })
      .where(and(eq(jobLines.id, lineId), eq(jobLines.jobId, jobId)))
      .returning({ id: jobLines.id });
    if (ticked.length === 0) throw new Refused('consumables.not_found');
    refreshJob(tx, job);
  });
}
