import { askForCookie, listCookiesToAsk } from '#lib/consumables/index.ts';
import { schedule } from './policy.ts';

/** Every minute: asks for the cookies that should be there by now, or whose order got no answer [US-170]. */
export const chaseLateCookie = schedule({ id: 'chase-late-cookie', cron: '* * * * *' }, async ({ act }) => {
  const orderIds = await act('list', (ctx) => listCookiesToAsk(ctx));
  for (const orderId of orderIds) await act(`ask:${orderId}`, (ctx) => askForCookie(ctx, { orderId }));
});
