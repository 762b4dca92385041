import { matchOrder } from '#lib/matching/index.ts';
import {
  alertOverrun,
  cancelUnmatched,
  completeUnanswered,
  failNoShow,
  ordersToRedrive,
} from '#lib/ordering/index.ts';
import { assignMatched } from './assign-matched-order.ts';
import { schedule } from './policy.ts';

/** The net under the other policies: what they lost, or what came due while nothing ran, goes on from here. */
export const sweepOrders = schedule({ id: 'sweep-orders', cron: '*/5 * * * *' }, async ({ act }) => {
  const due = await act('list', ordersToRedrive);
  for (const order of due.unmatched) {
    const match = await act(`match-${order.orderId}`, (ctx) => matchOrder(ctx, order));
    if (match) await act(`assign-${order.orderId}`, (ctx) => assignMatched(ctx, match));
  }
  for (const orderId of due.lateIds) {
    await act(`fail-${orderId}`, (ctx) => failNoShow(ctx, { orderId }));
    await act(`cancel-${orderId}`, (ctx) => cancelUnmatched(ctx, { orderId }));
  }
  for (const orderId of due.unansweredIds)
    await act(`complete-${orderId}`, (ctx) => completeUnanswered(ctx, { orderId }));
  for (const orderId of due.overrunIds)
    await act(`alert-${orderId}`, (ctx) => alertOverrun(ctx, { orderId }));
});
