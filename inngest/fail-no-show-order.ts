import {
  failNoShow,
  noShowLimit,
  orderAssigned,
  orderCancelled,
  orderFailed,
  orderStarted,
} from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** Nobody has checked in some time after the scheduled one: the order fails by itself [US-130]. */
export const failNoShowOrder = policy(
  {
    id: 'fail-no-show-order',
    on: orderAssigned,
    cancelOn: [orderStarted, orderFailed, orderCancelled].map((event) => ({ event, match: 'orderId' })),
  },
  async ({ data, act, sleepUntil }) => {
    const limit = await act('limit', (ctx) => noShowLimit(ctx, new Date(data.startsAt)));
    await sleepUntil('until-limit', new Date(limit));
    await act('fail', (ctx) => failNoShow(ctx, { orderId: data.orderId }));
  },
);
