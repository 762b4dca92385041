import { endings, settlePool } from '#lib/betting/index.ts';
import { orderCancelled, orderCompleted, orderFailed } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

export const settlePoolOfEndedOrder = policy(
  { id: 'settle-pool-of-ended-order', on: [orderCompleted, orderFailed, orderCancelled] },
  async ({ eventName, data, act }) => {
    const ending = endings.find((name) => eventName === `ordering/order.${name}`)!;
    await act('settle', (ctx) =>
      settlePool(ctx, {
        orderId: data.orderId,
        ending,
        endedAt: new Date(data.endedAt),
        endedByAccountId: data.endedBy.kind === 'account' ? data.endedBy.id : null,
      }),
    );
  },
);
