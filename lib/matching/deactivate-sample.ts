import { and, eq } from 'drizzle-orm';
import { samples } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { deactivateSampleInput } from './inputs.ts';

/** A worker who left is not matched any more; for the system. Orders that have them keep them. */
export async function deactivateSample(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'system');
  const { workerId } = parse(deactivateSampleInput, input);
  await transaction(ctx, async (tx) => {
    const [left] = await tx.db
      .update(samples)
      .set({ active: false, deactivatedAt: tx.now })
      .where(and(eq(samples.workerId, workerId), eq(samples.active, true)))
      .returning({ workerId: samples.workerId });
    if (left) tx.audit({ verb: 'deactivateSample', subject: 'sample', subjectId: workerId });
  });
}
