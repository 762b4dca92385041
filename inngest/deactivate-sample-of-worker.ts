import { accountDeactivated } from '#lib/identity/index.ts';
import { deactivateSample } from '#lib/matching/index.ts';
import { policy } from './policy.ts';

/** A worker who left is not matched any more. */
export const deactivateSampleOfWorker = policy(
  { id: 'deactivate-sample-of-worker', on: accountDeactivated },
  async ({ data, act }) => {
    if (!data.roles.includes('worker')) return;
    await act('deactivate', (ctx) => deactivateSample(ctx, { workerId: data.accountId }));
  },
);
