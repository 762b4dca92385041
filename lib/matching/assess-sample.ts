import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { samples } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { assessSampleInput } from './inputs.ts';

/**
 * Somebody looked at what a worker can do, or trained it: the skills named take the place of what was known of them, the others
 * stay, and from `assessedAt` on the worker is fresh; for the system. What is older than what is known changes nothing, and an
 * unknown worker is left out.
 */
export async function assessSample(ctx: Ctx, input: unknown): Promise<{ assessed: boolean }> {
  requireRole(ctx, 'system');
  const { workerId, characteristics, assessedAt, why } = parse(assessSampleInput, input);
  return transaction(ctx, async (tx) => {
    const [assessed] = await tx.db
      .update(samples)
      .set({
        characteristics: sql`${samples.characteristics} || ${JSON.stringify(characteristics)}::jsonb`,
        trainedAt: assessedAt,
      })
      .where(
        and(eq(samples.workerId, workerId), or(isNull(samples.trainedAt), lt(samples.trainedAt, assessedAt))),
      )
      .returning({ workerId: samples.workerId });
    if (!assessed) return { assessed: false };
    tx.audit({
      verb: 'assessSample',
      subject: 'sample',
      subjectId: workerId,
      why,
      data: { characteristics },
    });
    return { assessed: true };
  });
}
