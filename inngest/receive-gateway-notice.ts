import { askAboutNotice } from '#lib/billing/index.ts';
import { partnerNotified } from '#lib/kernel/partner.ts';
import { policy } from './policy.ts';

/** The gateway's webhook is a hint: ask it what is true. */
export const receiveGatewayNotice = policy(
  { id: 'receive-gateway-notice', on: partnerNotified.gateway },
  async ({ data, act }) => {
    await act('ask', (ctx) => askAboutNotice(ctx, { key: data.data.idempotencyKey }));
  },
);
