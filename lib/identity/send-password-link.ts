import { eq } from 'drizzle-orm';
import { passwords } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { countAttempt } from './count-attempt.ts';
import { passwordLinkRequested } from './events.ts';
import { lockColleague } from './lock-colleague.ts';
import { freeAttempts } from './throttle.rules.ts';

/**
 * A manager has a link to a (new) password mailed to a colleague: the invitation again, while they have none. Throws
 * `Refused`: identity.no_colleague, identity.deactivated, identity.too_many_attempts.
 */
export async function sendPasswordLink(ctx: Ctx, { accountId }: { accountId: string }): Promise<void> {
  requireRole(ctx, 'manager');
  await transaction(ctx, async (tx) => {
    const { colleague } = await lockColleague(tx, accountId);
    if (!colleague.active) throw new Refused('identity.deactivated');
    await countAttempt(tx, `link:${colleague.email}`, freeAttempts.link);
    const invited = (await tx.db.$count(passwords, eq(passwords.accountId, accountId))) === 0;
    tx.emit(passwordLinkRequested, { accountId, invited });
    tx.audit({ verb: 'sendPasswordLink', subject: 'account', subjectId: accountId });
  });
}
