import { replayPage, replayRequested } from '#lib/matching/index.ts';
import { goThroughPages } from './go-through-pages.ts';
import { policy } from './policy.ts';

/** Runs past orders through a draft, a page in each step; one replay at a time. */
export const runReplay = policy(
  { id: 'run-replay', on: replayRequested, concurrency: { limit: 1 } },
  async ({ data: { replayId }, act }) => {
    await goThroughPages(null, (pageNo, after) =>
      act(`page-${pageNo}`, (ctx) => replayPage(ctx, { replayId, after })),
    );
  },
);
