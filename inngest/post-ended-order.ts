import { postEndedOrder } from '#lib/billing/index.ts';
import { orderCancelled, orderCompleted, orderFailed } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

const outcomes: Record<string, 'completed' | 'failed' | 'cancelled'> = {
  [orderCompleted.name]: 'completed',
  [orderFailed.name]: 'failed',
  [orderCancelled.name]: 'cancelled',
};

const cents = (text: string | null) => (text === null ? null : BigInt(text));

/** The end of an order moves money [US-030][US-031][US-240]; the order is the unique key. */
export const postEndedOrderPolicy = policy(
  { id: 'post-ended-order', on: [orderCompleted, orderFailed, orderCancelled] },
  async ({ eventName, data, act }) => {
    await act('post', (ctx) =>
      postEndedOrder(ctx, {
        ...data,
        outcome: outcomes[eventName]!,
        cause: 'cause' in data ? (data.cause as string) : null,
        costCents: cents(data.costCents),
        priceCents: cents(data.priceCents),
        endedAt: new Date(data.endedAt),
      }),
    );
  },
);
