import { loyaltyPercent } from '#lib/billing/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type Match, orderMatched, releaseEngagement } from '#lib/matching/index.ts';
import { assignOrder, type Moved, unmatchedOrder } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** Worker and price found: the order gets both, with the loyalty discount of this moment [US-040][US-073]. */
export const assignMatchedOrder = policy(
  { id: 'assign-matched-order', on: orderMatched },
  async ({ data, act }) => {
    const { refusedCode } = await act('assign', (ctx) => assignMatched(ctx, data));
    // Cancelled between the match and now: the worker never had it.
    if (refusedCode)
      await act('release', (ctx) => releaseEngagement(ctx, { orderId: data.orderId, outcome: null }));
  },
);

/** Assigns by a match; asked again, it changes nothing. */
export async function assignMatched(ctx: Ctx, match: Match): Promise<Moved> {
  const order = await unmatchedOrder(ctx, match.orderId);
  return assignOrder(ctx, {
    orderId: match.orderId,
    matchId: match.matchId,
    workerId: match.workerId,
    workerName: match.workerName,
    costCents: BigInt(match.costCents),
    discountPercent: order ? await loyaltyPercent(ctx, order.clientId) : 0,
  });
}
