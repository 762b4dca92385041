import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { colleagueRoles, rolesAfter } from './colleague.rules.ts';
import { lockColleague, rolesOf } from './lock-colleague.ts';

const input = z.object({
  accountId: z.string(),
  roles: z.array(z.enum(colleagueRoles)).max(colleagueRoles.length),
});

/**
 * A manager changes what a colleague may do; it counts from their next click. Throws `Refused`: identity.no_colleague,
 * identity.no_role, identity.billing_only, identity.last_manager, identity.last_billing.
 */
export async function changeRoles(ctx: Ctx, given: unknown): Promise<void> {
  requireRole(ctx, 'manager');
  const { accountId, roles } = parse(input, given);
  await transaction(ctx, async (tx) => {
    const { colleague, others } = await lockColleague(tx, accountId);
    const after = mustBe(rolesAfter(colleague.roles, roles, rolesOf(tx), others));
    if ([...after].sort().join() === [...colleague.roles].sort().join()) return;
    await tx.db.update(accounts).set({ roles: after }).where(eq(accounts.id, accountId));
    tx.audit({
      verb: 'changeRoles',
      subject: 'account',
      subjectId: accountId,
      data: { before: colleague.roles, after },
    });
    tx.refresh('role:manager', `account:${accountId}`);
  });
}
