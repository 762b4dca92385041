import { workerJoined } from '#lib/identity/index.ts';
import { addSample } from '#lib/matching/index.ts';
import { policy } from './policy.ts';

/** A worker who joined can be matched from now on [US-120]. */
export const addSampleOfWorker = policy(
  { id: 'add-sample-of-worker', on: workerJoined },
  async ({ data, act }) => {
    const { accountId: workerId, name, characteristics } = data;
    await act('add', (ctx) => addSample(ctx, { workerId, name, characteristics }));
  },
);
