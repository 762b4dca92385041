import { eq } from 'drizzle-orm';
import { bonusProposals, payoutAccounts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { accountId, entriesOf, postings } from '#lib/ledger/index.ts';
import { mayGiveAlone } from './bonus.rules.ts';
import { bonusGiven, bonusProposed } from './events.ts';
import { giveBonusInput } from './inputs.ts';
import { postItem } from './post-item.ts';

/**
 * Credits any sum to a worker, saying why; who and why stay visible [US-270]. Above the sum of the setting it is proposed
 * only, and a second manager decides. Throws `Refused`: invalid, billing.not_found, billing.recorded_otherwise (this bonus
 * was given or proposed before, but not so).
 */
export async function giveBonus(ctx: Ctx, input: unknown): Promise<{ isProposed: boolean }> {
  requireRole(ctx, 'manager', 'billing');
  const { bonusId, workerId, amount: amountCents, reason } = parse(giveBonusInput, input);
  const aloneUnits = await readSetting(ctx, 'bonus_alone_units');
  return transaction(ctx, async (tx) => {
    const known = await tx.db
      .select({ id: payoutAccounts.workerId })
      .from(payoutAccounts)
      .where(eq(payoutAccounts.workerId, workerId))
      .for('update');
    if (known.length === 0) throw new Refused('billing.not_found');
    if (mayGiveAlone(amountCents, aloneUnits)) {
      await postBonus(tx, { bonusId, workerId, amountCents, reason, byId: ctx.actor.id });
      return { isProposed: false };
    }
    const proposed = await tx.db
      .insert(bonusProposals)
      .values({
        id: bonusId,
        workerId,
        amountCents,
        reason,
        proposedById: ctx.actor.id,
        proposedAt: ctx.now,
      })
      .onConflictDoNothing()
      .returning({ id: bonusProposals.id });
    if (proposed.length === 0) {
      const [before] = await tx.db.select().from(bonusProposals).where(eq(bonusProposals.id, bonusId));
      if (!isSame(before!, { workerId, amountCents, reason }))
        throw new Refused('billing.recorded_otherwise');
      return { isProposed: true };
    }
    tx.audit({ verb: 'giveBonus', subject: 'bonus_proposal', subjectId: bonusId, why: reason });
    tx.emit(bonusProposed, { bonusId, workerId, amountCents: amountCents.toString(), reason });
    tx.refresh('role:billing', 'role:manager');
    return { isProposed: true };
  });
}

type Bonus = { workerId: string; amountCents: Cents; reason: string };
const isSame = (one: Bonus, other: Bonus) =>
  one.workerId === other.workerId && one.amountCents === other.amountCents && one.reason === other.reason;

/** The entry of a bonus, once; `agreedById` is the second manager of a large one. */
export async function postBonus(
  tx: Tx,
  bonus: {
    bonusId: string;
    workerId: string;
    amountCents: Cents;
    reason: string;
    byId: string;
    agreedById?: string;
  },
): Promise<void> {
  const { bonusId, workerId, amountCents, reason, byId, agreedById } = bonus;
  // A second click comes at another instant, so the entry itself cannot tell that it is the same bonus.
  const [before] = await entriesOf(tx, { book: 'people', subject: bonusId });
  if (before) {
    const line = before.lines.find(({ account }) => account === accountId('people', 'payable', workerId));
    const recorded = {
      workerId,
      amountCents: -(line?.amountCents ?? 0n),
      reason: String(before.details.reason),
    };
    if (!isSame(recorded, { workerId, amountCents, reason })) throw new Refused('billing.recorded_otherwise');
    return;
  }
  const details = { reason, byId, ...(agreedById && { agreedById }) };
  const posting = postings.bonus_given({ bonusId, workerId, amountCents, occurredAt: tx.now, details });
  await postItem(tx, posting, { partyId: workerId, orderId: null });
  tx.audit({ verb: 'giveBonus', subject: 'worker', subjectId: workerId, why: reason });
  tx.emit(bonusGiven, { workerId, amountCents: amountCents.toString(), reason });
  tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
}
