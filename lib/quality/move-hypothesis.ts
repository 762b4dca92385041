import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { hypotheses } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { moveHypothesisInput } from './inputs.ts';

/** Moves a hypothesis to another column of the backlog; it may move back. Throws `Refused`: quality.not_found. */
export async function moveHypothesis(ctx: Ctx, input: z.input<typeof moveHypothesisInput>): Promise<void> {
  requireRole(ctx, 'manager');
  const { hypothesisId, state } = parse(moveHypothesisInput, input);
  await transaction(ctx, async (tx) => {
    const moved = await tx.db
      .update(hypotheses)
      .set({ state, changedAt: tx.now })
      .where(eq(hypotheses.id, hypothesisId))
      .returning({ id: hypotheses.id });
    if (moved.length === 0) throw new Refused('quality.not_found');
    tx.audit({ verb: 'moveHypothesis', subject: 'hypothesis', subjectId: hypothesisId, data: { state } });
    tx.refresh('role:manager');
  });
}
