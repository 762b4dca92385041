import { continueClose, issueInvoices, startClose, weekCloseRequested } from '#lib/billing/index.ts';
import { goThroughPages } from './go-through-pages.ts';
import { policy } from './policy.ts';

/** Closes a week, a page of clients in each step [US-220]; one run at a time for a week. */
export const closeWeek = policy(
  { id: 'close-week', on: weekCloseRequested, concurrency: { limit: 1, key: 'event.data.periodEnd' } },
  async ({ data: { periodEnd: period, after: first }, act }) => {
    if (!first) await act('count', (ctx) => startClose(ctx, { kind: 'week', period }));
    const rest = await goThroughPages(first ?? null, (pageNo, after) =>
      act(`page-${pageNo}`, (ctx) => issueInvoices(ctx, { period, after })),
    );
    if (rest) await act('continue', (ctx) => continueClose(ctx, { kind: 'week', period, after: rest }));
  },
);
