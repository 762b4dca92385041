import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { pools, stakes } from '#db/schema/betting.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Posting, postings, postTransaction } from '#lib/ledger/index.ts';
import { orderForManagers } from '#lib/ordering/index.ts';
import { inCircle, note, refreshCircle, requireMember } from './in-circle.ts';
import { placeStakeInput } from './inputs.ts';

const openStates = ['placed', 'assigned', 'ready'];

/**
 * Stakes money on how an order ends [US-280]. Open until the worker starts or the order ends; the same request key is
 * one stake. Throws `Refused`: not_found (not of the circle, or no such order), betting.closed, invalid.
 */
export async function placeStake(
  ctx: Ctx,
  input: z.input<typeof placeStakeInput>,
): Promise<{ stakeId: string }> {
  await inCircle(ctx, requireMember);
  const { requestKey, orderId, ending, amountCents } = parse(placeStakeInput, input);
  const order = await orderForManagers(ctx, orderId);
  if (!order) throw new Refused('not_found');
  return inCircle(ctx, async (tx) => {
    const own = and(eq(stakes.memberId, ctx.actor.id), eq(stakes.requestKey, requestKey));
    const [known] = await tx.db.select({ id: stakes.id }).from(stakes).where(own);
    if (known) return { stakeId: known.id };
    if (!openStates.includes(order.state)) throw new Refused('betting.closed');
    await tx.db
      .insert(pools)
      .values({ orderId, requestNumber: order.requestNumber, openedAt: tx.now })
      .onConflictDoNothing();
    // The pool's row is the lock between stakes, closing and settlement.
    const [pool] = await tx.db.select().from(pools).where(eq(pools.orderId, orderId)).for('update');
    if (!pool || pool.closedAt || pool.settledAt) throw new Refused('betting.closed');
    const [kept] = await tx.db
      .insert(stakes)
      .values({
        id: tx.newId(),
        requestKey,
        orderId,
        memberId: ctx.actor.id,
        ending,
        amountCents,
        placedAt: tx.now,
      })
      .onConflictDoNothing()
      .returning();
    if (!kept) {
      const [other] = await tx.db.select({ id: stakes.id }).from(stakes).where(own);
      return { stakeId: other!.id };
    }
    await postTransaction(tx, stakePosting(kept));
    await note(tx, 'placeStake', { orderId, ending, amountCents: String(amountCents) });
    await refreshCircle(tx);
    return { stakeId: kept.id };
  });
}

/** The entry of a stake, the same whenever it is asked for. */
export const stakePosting = (stake: typeof stakes.$inferSelect): Posting =>
  postings.stake_placed({
    stakeId: stake.id,
    orderId: stake.orderId,
    memberId: stake.memberId,
    amountCents: stake.amountCents,
    occurredAt: stake.placedAt,
    details: { ending: stake.ending },
  });
