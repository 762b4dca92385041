import { uuidv7 } from '#lib/kernel/ctx.ts';
import { verificationRequested } from '#lib/ledger/index.ts';
import { policy } from './policy.ts';
import { verifyAndKeep } from './verify-money-nightly.ts';

/** Somebody in charge asked for it. */
export const verifyMoneyOnRequest = policy(
  { id: 'verify-money-on-request', on: verificationRequested, concurrency: { limit: 1 } },
  async ({ data: { requestedById }, act }) => {
    const id = await act('name', async ({ now }) => uuidv7(now));
    await act('verify', verifyAndKeep(id, requestedById));
  },
);
