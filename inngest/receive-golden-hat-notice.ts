import { askAboutNotice } from '#lib/billing/index.ts';
import { partnerNotified } from '#lib/kernel/partner.ts';
import { policy } from './policy.ts';

/** Golden Hat's webhook is a hint: ask it what is true. */
export const receiveGoldenHatNotice = policy(
  { id: 'receive-golden-hat-notice', on: partnerNotified['golden-hat'] },
  async ({ data, act }) => {
    await act('ask', (ctx) => askAboutNotice(ctx, { key: data.data.idempotencyKey }));
  },
);
