import { finishClose, issueStatement, monthCloseRequested, startClose } from '#lib/billing/index.ts';
import { policy } from './policy.ts';

/** Closes a month, each worker in a step of their own [US-230]; one run at a time for a month. */
export const closeMonth = policy(
  { id: 'close-month', on: monthCloseRequested, concurrency: { limit: 1, key: 'event.data.month' } },
  async ({ data: { month: period }, act }) => {
    const workerIds = await act('start', (ctx) => startClose(ctx, { kind: 'month', period }));
    for (const workerId of workerIds)
      await act(`statement-${workerId}`, (ctx) => issueStatement(ctx, { workerId, period }));
    await act('finish', (ctx) => finishClose(ctx, { kind: 'month', period, handledCount: workerIds.length }));
  },
);
