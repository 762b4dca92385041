import type { Ctx } from '#lib/kernel/ctx.ts';
import { matchOrder } from '#lib/matching/index.ts';
import {
  alertOverrun,
  cancelUnmatched,
  completeUnanswered,
  failNoShow,
  ordersToRedrive,
  type RedriveList,
  redriveLists,
  unmatchedOrder,
} from '#lib/ordering/index.ts';
import { assignMatched } from './assign-matched-order.ts';
import { goThroughPages } from './go-through-pages.ts';
import { schedule } from './policy.ts';

const goOn: Record<RedriveList, (ctx: Ctx, orderId: string) => Promise<unknown>> = {
  unmatched: async (ctx, orderId) => {
    const order = await unmatchedOrder(ctx, orderId, { inTime: true });
    const match = order && (await matchOrder(ctx, order));
    if (match) await assignMatched(ctx, match);
  },
  late: async (ctx, orderId) => {
    await failNoShow(ctx, { orderId });
    await cancelUnmatched(ctx, { orderId });
  },
  unanswered: (ctx, orderId) => completeUnanswered(ctx, { orderId }),
  overrun: (ctx, orderId) => alertOverrun(ctx, { orderId }),
};

/**
 * The net under the other policies: what they lost, or what came due while nothing ran, goes on from here. A page of a list
 * in a step; what is left after a hundred pages waits for the next sweep.
 */
export const sweepOrders = schedule(
  { id: 'sweep-orders', cron: '*/5 * * * *', concurrency: { limit: 1 } },
  async ({ act }) => {
    for (const list of redriveLists)
      await goThroughPages(null, (pageNo, after) =>
        act(`${list}-${pageNo}`, (ctx) => sweepPage(ctx, list, after)),
      );
  },
);

async function sweepPage(
  ctx: Ctx,
  list: RedriveList,
  after: string | null,
): Promise<{ next: string | null }> {
  const { orderIds, next } = await ordersToRedrive(ctx, { list, after });
  for (const orderId of orderIds) {
    // One that cannot go on must not hold up the others; the next sweep finds it again.
    try {
      await goOn[list](ctx, orderId);
    } catch (error) {
      console.error(`sweep: ${list} order ${orderId}:`, error);
    }
  }
  return { next };
}
