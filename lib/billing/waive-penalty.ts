import { eq } from 'drizzle-orm';
import { billedOrders } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountId, lockAccounts, postings, sumByKind } from '#lib/ledger/index.ts';
import { waivePenaltyInput } from './inputs.ts';
import { postItem } from './post-item.ts';

/**
 * Takes back the penalty of a failed order, once, saying why; an audit decides so. Answers false when it was waived before.
 * Throws `Refused`: billing.not_found, billing.no_penalty.
 */
export async function waivePenalty(ctx: Ctx, input: unknown): Promise<{ isWaivedNow: boolean }> {
  requireRole(ctx, 'manager', 'billing', 'system');
  const { orderId, reason } = parse(waivePenaltyInput, input);
  return transaction(ctx, async (tx) => {
    const [order] = await tx.db.select().from(billedOrders).where(eq(billedOrders.orderId, orderId));
    if (!order) throw new Refused('billing.not_found');
    const { workerId, requestNumber, serviceName } = order;
    if (!workerId) throw new Refused('billing.no_penalty');
    const account = accountId('people', 'payable', workerId);
    // What the worker's account says decides: two waivers take turns.
    await lockAccounts(tx, [account]);
    const penaltyCents = await sumByKind(tx, account, ['worker_fined'], { subject: orderId });
    if (penaltyCents <= 0n) throw new Refused('billing.no_penalty');
    if ((await sumByKind(tx, account, ['penalty_waived'], { subject: orderId })) !== 0n)
      return { isWaivedNow: false };
    const details = { requestNumber, serviceName, reason, byId: ctx.actor.id };
    const posting = postings.penalty_waived({
      orderId,
      workerId,
      amountCents: penaltyCents,
      occurredAt: ctx.now,
      details,
    });
    await postItem(tx, posting, { partyId: workerId, orderId });
    tx.audit({ verb: 'waivePenalty', subject: 'order', subjectId: orderId, why: reason });
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
    return { isWaivedNow: true };
  });
}
