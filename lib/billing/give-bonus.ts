import { eq } from 'drizzle-orm';
import { payoutAccounts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { entriesOf, postings } from '#lib/ledger/index.ts';
import { bonusGiven } from './events.ts';
import { giveBonusInput } from './inputs.ts';
import { postItem } from './post-item.ts';

/** Credits any sum to a worker, saying why; who and why stay visible [US-270]. Throws `Refused`: invalid, billing.not_found. */
export async function giveBonus(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'manager', 'billing');
  const { bonusId, workerId, amount: amountCents, reason } = parse(giveBonusInput, input);
  await transaction(ctx, async (tx) => {
    const known = await tx.db
      .select({ id: payoutAccounts.workerId })
      .from(payoutAccounts)
      .where(eq(payoutAccounts.workerId, workerId))
      .for('update');
    if (known.length === 0) throw new Refused('billing.not_found');
    // A second click comes at another instant, so the entry itself cannot tell that it is the same bonus.
    if ((await entriesOf(tx, { book: 'people', subject: bonusId })).length) return;
    const details = { reason, byId: ctx.actor.id };
    const posting = postings.bonus_given({ bonusId, workerId, amountCents, occurredAt: ctx.now, details });
    await postItem(tx, posting, { partyId: workerId, orderId: null });
    tx.audit({ verb: 'giveBonus', subject: 'worker', subjectId: workerId, why: reason });
    tx.emit(bonusGiven, { workerId, amountCents: amountCents.toString(), reason });
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
  });
}
