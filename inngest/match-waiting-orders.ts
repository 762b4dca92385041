import { matchOrder, sampleAdded, waitingOrderIds } from '#lib/matching/index.ts';
import { unmatchedOrder } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** Somebody was hired: orders that found the pool empty are matched again [US-073]. */
export const matchWaitingOrders = policy({ id: 'match-waiting-orders', on: sampleAdded }, async ({ act }) => {
  for (const orderId of await act('list', waitingOrderIds))
    await act(`match-${orderId}`, async (ctx) => {
      const order = await unmatchedOrder(ctx, orderId, { inTime: true });
      return order && matchOrder(ctx, order);
    });
});
