import { readSetting } from '#lib/kernel/settings.ts';
import {
  completeUnanswered,
  orderCompleted,
  orderFailed,
  orderReported,
  unansweredAt,
} from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** A report that the client neither confirmed nor disputed completes itself after a day. */
export const completeUnansweredOrder = policy(
  {
    id: 'complete-unanswered-order',
    on: orderReported,
    cancelOn: [orderCompleted, orderFailed].map((event) => ({ event, match: 'orderId' })),
  },
  async ({ data, act, sleepUntil }) => {
    const hours = await act('limit', (ctx) => readSetting(ctx, 'auto_complete_hours'));
    await sleepUntil('until-limit', unansweredAt(new Date(data.reportedAt), hours));
    await act('complete', (ctx) => completeUnanswered(ctx, { orderId: data.orderId }));
  },
);
