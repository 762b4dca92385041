import { applicationAccepted } from '#lib/hiring/index.ts';
import { createWorkerAccount } from '#lib/identity/index.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { tell } from '#lib/notifications/index.ts';
import { policy } from './policy.ts';

/**
 * A cat was accepted: it gets an account and the invitation to it [US-120]. One transaction, because the invitation's
 * secret is known only while it is made: it must neither be lost between two steps nor be kept in a step's result.
 */
export const inviteHiredCat = policy(
  { id: 'invite-hired-cat', on: applicationAccepted },
  async ({ act, data }) => {
    await act('create-account', (ctx) =>
      transaction(ctx, async (tx) => {
        const { applicationId, name, email, locale, characteristics } = data;
        const { invitationToken } = await createWorkerAccount(tx, {
          applicationId,
          name,
          email,
          locale,
          characteristics,
        });
        await tell(tx, {
          to: { email, name, locale },
          kind: 'candidate_accepted',
          link: invitationToken ? `/sign-in/invitation/${invitationToken}` : '/sign-in',
          dedupeKey: `candidate_accepted:${applicationId}`,
        });
      }),
    );
  },
);
