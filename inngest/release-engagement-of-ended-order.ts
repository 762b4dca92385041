import { releaseEngagement } from '#lib/matching/index.ts';
import { orderCancelled, orderCompleted, orderFailed } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

const outcomes = ['completed', 'failed', 'cancelled'] as const;

/** The order has ended: its worker is free, and matching remembers how it ended [US-071]. */
export const releaseEngagementOfEndedOrder = policy(
  { id: 'release-engagement-of-ended-order', on: [orderCompleted, orderFailed, orderCancelled] },
  async ({ eventName, data, act }) => {
    const ended = outcomes.find((outcome) => eventName === `ordering/order.${outcome}`);
    if (!ended) throw new Error(`${eventName} is not the end of an order.`);
    const outcome = data.workerId ? ended : null;
    await act('release', (ctx) => releaseEngagement(ctx, { orderId: data.orderId, outcome }));
  },
);
