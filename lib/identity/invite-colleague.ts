import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { colleagueRoles, rolesAfter } from './colleague.rules.ts';
import { accountCreated, passwordLinkRequested } from './events.ts';
import { email, localeInput } from './inputs.ts';
import { rolesOf } from './lock-colleague.ts';

const input = z.object({
  name: z.string().trim().min(1).max(100),
  email,
  locale: localeInput.default('en'),
  roles: z.array(z.enum(colleagueRoles)).min(1, 'identity.no_role').max(colleagueRoles.length),
});

/**
 * A manager makes a colleague's account and has the invitation to it mailed. Throws `Refused`: invalid
 * (identity.email_taken at the field), identity.billing_only.
 */
export async function inviteColleague(ctx: Ctx, given: unknown): Promise<{ accountId: string }> {
  requireRole(ctx, 'manager');
  const { roles, ...colleague } = parse(input, given);
  return transaction(ctx, async (tx) => {
    const given = mustBe(rolesAfter([], roles, rolesOf(tx), { managers: 0, billing: 0 }));
    const [made] = await tx.db
      .insert(accounts)
      .values({ id: tx.newId(), source: 'local', roles: given, ...colleague, createdAt: tx.now })
      .onConflictDoNothing()
      .returning({ id: accounts.id });
    if (!made) throw new Refused('invalid', { fields: { email: 'identity.email_taken' } });
    tx.emit(accountCreated, { accountId: made.id, name: colleague.name, roles: given });
    tx.emit(passwordLinkRequested, { accountId: made.id, invited: true });
    tx.audit({
      verb: 'inviteColleague',
      subject: 'account',
      subjectId: made.id,
      data: { roles: given },
    });
    tx.refresh('role:manager');
    return { accountId: made.id };
  });
}
