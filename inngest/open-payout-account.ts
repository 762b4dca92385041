import { notePayoutAccount, openPayoutAccount } from '#lib/billing/index.ts';
import { workerJoined } from '#lib/identity/index.ts';
import { policy } from './policy.ts';

/** A worker who joins gets an account to be paid to. */
export const openPayoutAccountPolicy = policy(
  { id: 'open-payout-account', on: workerJoined },
  async ({ data: { accountId: workerId, name }, act }) => {
    await act('note', (ctx) => notePayoutAccount(ctx, { workerId, name }));
    await act('open', (ctx) => openPayoutAccount(ctx, { workerId }));
  },
);
