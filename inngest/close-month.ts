import { continueClose, issueStatements, monthCloseRequested, startClose } from '#lib/billing/index.ts';
import { goThroughPages } from './go-through-pages.ts';
import { policy } from './policy.ts';

/** Closes a month, a page of workers in each step [US-230]; one run at a time for a month. */
export const closeMonth = policy(
  { id: 'close-month', on: monthCloseRequested, concurrency: { limit: 1, key: 'event.data.month' } },
  async ({ data: { month: period, after: first }, act }) => {
    if (!first) await act('count', (ctx) => startClose(ctx, { kind: 'month', period }));
    const rest = await goThroughPages(first ?? null, (pageNo, after) =>
      act(`page-${pageNo}`, (ctx) => issueStatements(ctx, { period, after })),
    );
    if (rest) await act('continue', (ctx) => continueClose(ctx, { kind: 'month', period, after: rest }));
  },
);
