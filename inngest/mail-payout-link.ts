import { makePayoutLink, payoutChangeRequested } from '#lib/billing/index.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { tell } from '#lib/notifications/index.ts';
import { policy } from './policy.ts';

/** New payout details come into force by a link in the worker's mail. One transaction, as in invite-hired-cat.ts. */
export const mailPayoutLink = policy(
  { id: 'mail-payout-link', on: payoutChangeRequested },
  async ({ act, data: { changeId, workerId } }) => {
    await act('make-link', (ctx) =>
      transaction(ctx, async (tx) => {
        const link = await makePayoutLink(tx, { changeId });
        if (!link) return;
        await tell(tx, {
          to: { accountId: workerId },
          kind: 'payout_details',
          link: `/work/money/details/${link.token}`,
          params: { account: link.account },
          dedupeKey: `payout_details:${changeId}`,
        });
      }),
    );
  },
);
