import { asc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { movements, pools, stakes } from '#db/schema/betting.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { postings, postTransactions } from '#lib/ledger/index.ts';
import { inCircle, note, refreshCircle } from './in-circle.ts';
import { settlePoolInput } from './inputs.ts';
import { stakePosting } from './place-stake.ts';
import { payOut, settle } from './settlement.rules.ts';

/**
 * Divides the pool of an ended order [US-290], once: asked again it changes nothing. A stake that slipped in after the
 * worker had started is returned. An order without a pool is nothing to settle.
 */
export async function settlePool(
  ctx: Ctx,
  input: z.input<typeof settlePoolInput>,
): Promise<{ settled: boolean }> {
  requireRole(ctx, 'system');
  const { orderId, ending, endedAt, endedByAccountId } = parse(settlePoolInput, input);
  return inCircle(ctx, async (tx) => {
    const [pool] = await tx.db.select().from(pools).where(eq(pools.orderId, orderId)).for('update');
    if (!pool || pool.settledAt) return { settled: false };
    const closedAt = pool.closedAt && pool.closedAt < endedAt ? pool.closedAt : endedAt;
    const all = await tx.db.select().from(stakes).where(eq(stakes.orderId, orderId)).orderBy(asc(stakes.id));
    const inTime = all.filter((stake) => stake.placedAt <= closedAt);
    const moved = settle(inTime, ending, endedByAccountId);
    if (moved.length)
      await tx.db.insert(movements).values(
        moved.map(({ party, kind, amountCents }) => ({
          id: tx.newId(),
          orderId,
          party,
          kind,
          amountCents,
          at: tx.now,
          key: `${orderId}:${party}:${kind}`,
        })),
      );
    const late = all.filter((stake) => stake.placedAt > closedAt);
    const paid = payOut(inTime, late, ending, endedByAccountId);
    await postTransactions(tx, [
      // Those of before this book was kept; the others are found by their keys.
      ...all.map(stakePosting),
      ...paid.map(({ party: memberId, kind, amountCents }) => {
        const facts = { orderId, memberId, amountCents, occurredAt: tx.now };
        if (kind === 'pot') return postings.pool_lost({ orderId, amountCents, occurredAt: tx.now });
        return kind === 'won' ? postings.winnings_paid(facts) : postings.stake_voided(facts);
      }),
    ]);
    await tx.db.update(pools).set({ closedAt, settledAt: tx.now, ending }).where(eq(pools.orderId, orderId));
    await note(tx, 'settlePool', { orderId, ending });
    await refreshCircle(tx);
    return { settled: true };
  });
}
