import { askForCookie, orderOfCookieKey } from '#lib/consumables/index.ts';
import { partnerNotified } from '#lib/kernel/partner.ts';
import { policy } from './policy.ts';

/** The contractor says that something happened to a cookie: a hint, so we ask what is true [US-170]. */
export const receiveCookie = policy(
  { id: 'receive-cookie', on: partnerNotified.cookies },
  async ({ data, act }) => {
    const orderId = orderOfCookieKey(data.data.idempotencyKey);
    if (!orderId) return;
    await act('ask', async (ctx) => {
      const { isUnknown } = await askForCookie(ctx, { orderId });
      if (isUnknown) throw new Error('The cookie contractor did not answer.');
    });
  },
);
