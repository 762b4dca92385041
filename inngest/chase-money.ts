import { askDueAttempts, askedPartners, requestDueAttempts } from '#lib/billing/index.ts';
import { schedule } from './policy.ts';

// With 50 asks or 500 requests a page: 30,000 asks an hour for each partner, so that an outage is made up for within hours.
const mostAskPages = 50;
const mostRequestPages = 10;

/**
 * Every five minutes: ask partners about what is still open, and try again what is due for another attempt. Partners take
 * turns, page by page, and one run goes at a time; what it leaves is the next one's.
 */
export const chaseMoney = schedule(
  { id: 'chase-money', cron: '*/5 * * * *', concurrency: { limit: 1 } },
  async ({ act }) => {
    let asked = [...askedPartners];
    for (let page = 1; page <= mostAskPages && asked.length > 0; page++)
      for (const partner of asked) {
        const { goesOn } = await act(`ask-${partner}-${page}`, (ctx) => askDueAttempts(ctx, { partner }));
        if (!goesOn) asked = asked.filter((other) => other !== partner);
      }
    for (let page = 1; page <= mostRequestPages; page++)
      if (!(await act(`request-${page}`, requestDueAttempts)).goesOn) return;
  },
);
