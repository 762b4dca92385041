import { directorySyncRequested, syncDirectoryPage } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type PolicyRun, policy, schedule } from './policy.ts';

/** 200 testers a page: no pass is longer than 100,000 testers. */
const mostPages = 500;

// One page per step: a pass that is killed goes on with the page it was at.
async function pass({ act }: Pick<PolicyRun<unknown>, 'act'>): Promise<void> {
  for (let page = 0; page < mostPages; page++) {
    const { done } = await act(`page-${page}`, (ctx: Ctx) => syncDirectoryPage(ctx));
    if (done) return;
  }
}

const one = { concurrency: { limit: 1 }, retries: 5 };

/** Every hour the testers of HCB become clients, and those who left are deactivated [US-010]. */
export const syncDirectory = schedule({ id: 'sync-directory', cron: '7 * * * *', ...one }, pass);

/** The same when a manager asks. */
export const syncDirectoryOnRequest = policy(
  { id: 'sync-directory-on-request', on: directorySyncRequested, ...one },
  pass,
);
