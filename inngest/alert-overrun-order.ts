import {
  alertOverrun,
  orderCancelled,
  orderFailed,
  orderReported,
  orderStarted,
  overrunAt,
} from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** Twice the planned time has passed and no report came: managers are told, the order goes on. */
export const alertOverrunOrder = policy(
  {
    id: 'alert-overrun-order',
    on: orderStarted,
    cancelOn: [orderReported, orderFailed, orderCancelled].map((event) => ({ event, match: 'orderId' })),
  },
  async ({ data, act, sleepUntil }) => {
    await sleepUntil('until-limit', overrunAt(new Date(data.startedAt), data.durationMinutes));
    await act('alert', (ctx) => alertOverrun(ctx, { orderId: data.orderId }));
  },
);
