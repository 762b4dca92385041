import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { mayClose } from './colleague.rules.ts';
import { endSessionsOf } from './end-session.ts';
import { accountDeactivated } from './events.ts';
import { lockColleague, rolesOf } from './lock-colleague.ts';

const input = z.object({ accountId: z.string(), reason: z.string().trim().max(500).default('') });

/**
 * A manager closes a colleague's account: with this commit none of their sessions is accepted any more. Closing it again
 * does nothing. Throws `Refused`: identity.no_colleague, identity.also_worker, identity.billing_only,
 * identity.last_manager, identity.last_billing.
 */
export async function deactivateColleague(ctx: Ctx, given: unknown): Promise<void> {
  requireRole(ctx, 'manager');
  const { accountId, reason } = parse(input, given);
  await transaction(ctx, async (tx) => {
    const { colleague, others } = await lockColleague(tx, accountId);
    if (!colleague.active) return;
    mustBe(mayClose(colleague.roles, rolesOf(tx), others));
    await tx.db
      .update(accounts)
      .set({ active: false, deactivatedAt: tx.now })
      .where(eq(accounts.id, accountId));
    await endSessionsOf(tx, accountId);
    tx.emit(accountDeactivated, { accountId, roles: colleague.roles });
    tx.audit({
      verb: 'deactivateColleague',
      subject: 'account',
      subjectId: accountId,
      why: reason || undefined,
    });
    tx.refresh('role:manager');
  });
}
