import { jobIssued } from '#lib/consumables/index.ts';
import { markReady } from '#lib/ordering/index.ts';
import { policy } from './policy.ts';

/** The consumables were issued and signed for: the worker may start [US-160]. */
export const readyIssuedOrder = policy({ id: 'ready-issued-order', on: jobIssued }, async ({ data, act }) => {
  await act('ready', (ctx) => markReady(ctx, { orderId: data.orderId }));
});
