import { findPerson, makeInvitation, passwordLinkRequested } from '#lib/identity/index.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { tell } from '#lib/notifications/index.ts';
import { policy } from './policy.ts';

const validDays = { forgotten: 1, invited: 14 };

/** Somebody forgot their password, or is invited to choose their first: a link goes to their mailbox. One transaction, as in invite-hired-cat.ts. */
export const mailPasswordLink = policy(
  { id: 'mail-password-link', on: passwordLinkRequested },
  async ({ act, data: { accountId, invited }, eventId }) => {
    await act('make-link', (ctx) =>
      transaction(ctx, async (tx) => {
        const token = await makeInvitation(tx, {
          accountId,
          causeId: `forgot:${eventId}`,
          days: invited ? validDays.invited : validDays.forgotten,
        });
        const person = await findPerson(tx, accountId);
        if (!token || !person) return;
        await tell(tx, {
          to: { email: person.email, name: person.name, locale: person.locale },
          kind: invited ? 'colleague_invited' : 'password_link',
          link: `/sign-in/invitation/${token}`,
          dedupeKey: `password_link:${eventId}`,
        });
      }),
    );
  },
);
