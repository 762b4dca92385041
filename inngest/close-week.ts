import { finishClose, issueInvoice, startClose, weekCloseRequested } from '#lib/billing/index.ts';
import { policy } from './policy.ts';

/** Closes a week, each client in a step of their own [US-220]; one run at a time for a week. */
export const closeWeek = policy(
  { id: 'close-week', on: weekCloseRequested, concurrency: { limit: 1, key: 'event.data.periodEnd' } },
  async ({ data: { periodEnd: period }, act }) => {
    const clientIds = await act('start', (ctx) => startClose(ctx, { kind: 'week', period }));
    for (const clientId of clientIds)
      await act(`invoice-${clientId}`, (ctx) => issueInvoice(ctx, { clientId, period }));
    await act('finish', (ctx) => finishClose(ctx, { kind: 'week', period, handledCount: clientIds.length }));
  },
);
