import { askPartner, attemptsToAsk, requestDueAttempts } from '#lib/billing/index.ts';
import { schedule } from './policy.ts';

/** Every five minutes: ask partners about what is still open, and try again what is due for another attempt. */
export const chaseMoney = schedule({ id: 'chase-money', cron: '*/5 * * * *' }, async ({ act }) => {
  const attemptIds = await act('list', attemptsToAsk);
  for (const attemptId of attemptIds) await act(`ask-${attemptId}`, (ctx) => askPartner(ctx, { attemptId }));
  await act('request', requestDueAttempts);
});
