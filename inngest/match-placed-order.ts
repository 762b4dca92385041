import { matchOrder } from '#lib/matching/index.ts';
import { orderPlaced, unmatchedOrder } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** A placed order is matched at once [US-072]; one that was cancelled meanwhile is left alone. */
export const matchPlacedOrder = policy(
  { id: 'match-placed-order', on: orderPlaced },
  async ({ data, act }) => {
    await act('match', async (ctx) => {
      const order = await unmatchedOrder(ctx, data.orderId, { inTime: true });
      return order && matchOrder(ctx, order);
    });
  },
);
