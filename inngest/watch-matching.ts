import { watchMatching } from '#lib/matching/index.ts';
import { schedule } from './policy.ts';

/** Alarms about matching itself: nobody in the pool, a remote step that fails too often, matches that take too long. */
export const watchMatchingPolicy = schedule(
  { id: 'watch-matching', cron: '* * * * *', concurrency: { limit: 1 } },
  async ({ act }) => {
    await act('watch', watchMatching);
  },
);
