import {
  compareAgain,
  compareOpen,
  compareUnseen,
  continueReconciliation,
  discrepancyLookRequested,
  finishReconciliation,
  reconcilePage,
  reconciliationRequested,
  startReconciliations,
} from '#lib/billing/index.ts';
import { goThroughPages } from './go-through-pages.ts';
import { policy, schedule } from './policy.ts';

/** Every hour: is there a day that was not compared with the partners' lists yet? A day is compared once. */
export const reconcilePartners = schedule(
  { id: 'start-reconciliations', cron: '41 * * * *', concurrency: { limit: 1 } },
  async ({ act }) => {
    await act('start', startReconciliations);
  },
);

/** Compares a day with a partner's list, a page of it in each step, and looks again at what earlier days left open. */
export const reconcilePartner = policy(
  {
    id: 'reconcile-partner',
    on: reconciliationRequested,
    concurrency: { limit: 1, key: 'event.data.purpose' },
  },
  async ({ data: { purpose, day, after: first, unseenAfter }, act }) => {
    if (!unseenAfter) {
      const after = await goThroughPages(first ?? null, (pageNo, behind) =>
        act(`page-${pageNo}`, (ctx) => reconcilePage(ctx, { purpose, day, after: behind })),
      );
      if (after) {
        await act('continue', (ctx) => continueReconciliation(ctx, { purpose, day, after }));
        return;
      }
      await act('look-again', (ctx) => compareOpen(ctx, { purpose }));
    }
    const rest = await goThroughPages(unseenAfter ?? null, (pageNo, after) =>
      act(`unseen-${pageNo}`, (ctx) => compareUnseen(ctx, { purpose, day, after })),
    );
    if (rest) {
      await act('continue', (ctx) => continueReconciliation(ctx, { purpose, day, unseenAfter: rest }));
      return;
    }
    await act('finish', (ctx) => finishReconciliation(ctx, { purpose, day }));
  },
);

export const compareDiscrepancyAgain = policy(
  { id: 'compare-discrepancy-again', on: discrepancyLookRequested },
  async ({ data: { key }, act }) => {
    await act('compare', (ctx) => compareAgain(ctx, { key }));
  },
);
