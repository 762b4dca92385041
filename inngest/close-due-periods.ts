import { requestDueCloses } from '#lib/billing/index.ts';
import { schedule } from './policy.ts';

/** Every hour: which Sundays [US-220] and month ends [US-230] have come? */
export const closeDuePeriods = schedule({ id: 'close-due-periods', cron: '1 * * * *' }, async ({ act }) => {
  await act('request', requestDueCloses);
});
