import { closePool } from '#lib/betting/index.ts';
import { orderStarted } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

export const closePoolOfStartedOrder = policy(
  { id: 'close-pool', on: orderStarted },
  async ({ data, act }) => {
    await act('close', (ctx) => closePool(ctx, { orderId: data.orderId, at: new Date(data.startedAt) }));
  },
);
