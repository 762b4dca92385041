import { closeJob } from '#lib/consumables/index.ts';
import { orderCancelled, orderFailed } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** An order came to nothing: its job is dropped, or what was issued for it is expected back. */
export const closeJobOfEndedOrder = policy(
  { id: 'close-job-of-ended-order', on: [orderCancelled, orderFailed] },
  async ({ data, act }) => {
    const why = 'cause' in data ? data.cause : 'cancelled';
    await act('close-job', (ctx) => closeJob(ctx, { orderId: data.orderId, reason: data.reason ?? why }));
  },
);
