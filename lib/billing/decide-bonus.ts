import { and, eq, isNull } from 'drizzle-orm';
import { bonusProposals } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { mayAgree } from './bonus.rules.ts';
import { postBonus } from './give-bonus.ts';
import { decideBonusInput } from './inputs.ts';

/**
 * A second manager agrees to a proposed bonus, which is given at once, or turns it down, which the first one may do too.
 * Throws `Refused`: billing.not_found, billing.not_open, billing.second_manager_needed, billing.own_bonus.
 */
export async function decideBonus(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'manager', 'billing');
  const { bonusId, decision } = parse(decideBonusInput, input);
  await transaction(ctx, async (tx) => {
    const [proposal] = await tx.db
      .select()
      .from(bonusProposals)
      .where(eq(bonusProposals.id, bonusId))
      .for('update');
    if (!proposal) throw new Refused('billing.not_found');
    if (proposal.decision === decision) return;
    if (proposal.decidedAt) throw new Refused('billing.not_open');
    if (decision === 'given') mustBe(mayAgree(proposal, ctx.actor.id));
    await tx.db
      .update(bonusProposals)
      .set({ decision, decidedById: ctx.actor.id, decidedAt: ctx.now })
      .where(and(eq(bonusProposals.id, bonusId), isNull(bonusProposals.decidedAt)));
    tx.audit({ verb: 'decideBonus', subject: 'bonus_proposal', subjectId: bonusId, data: { decision } });
    tx.refresh('role:billing', 'role:manager');
    if (decision === 'declined') return;
    const { workerId, amountCents, reason, proposedById } = proposal;
    await postBonus(tx, {
      bonusId,
      workerId,
      amountCents,
      reason,
      byId: proposedById,
      agreedById: ctx.actor.id,
    });
  });
}
