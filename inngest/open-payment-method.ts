import { methodRequested, openPaymentMethod } from '#lib/billing/index.ts';
import { policy } from './policy.ts';

/** A method a client added gets its token from the gateway. */
export const openPaymentMethodPolicy = policy(
  { id: 'open-payment-method', on: methodRequested },
  async ({ data: { methodId }, act }) => {
    await act('open', (ctx) => openPaymentMethod(ctx, { methodId }));
  },
);
