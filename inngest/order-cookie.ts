import { askForCookie, jobDropped, jobOpened, readCookieOrderAt } from '#lib/consumables/index.ts';
import { policy } from './policy.ts';

/** Orders the fur-tune cookie its lead time ahead of the pick-up, at once when that has passed [US-170]. */
export const orderCookie = policy(
  { id: 'order-cookie', on: jobOpened, cancelOn: [{ event: jobDropped, match: 'orderId' }] },
  async ({ data: { orderId }, act, sleepUntil }) => {
    const orderAt = await act('find-time', async (ctx) =>
      (await readCookieOrderAt(ctx, orderId))?.toISOString(),
    );
    if (!orderAt) return;
    await sleepUntil('until-lead-time', new Date(orderAt));
    await act('order', async (ctx) => {
      const { isUnknown } = await askForCookie(ctx, { orderId });
      // Thrown after it was written down: the step is tried again, under the same key.
      if (isUnknown) throw new Error('The cookie contractor did not answer.');
    });
  },
);
