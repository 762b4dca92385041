import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { payoutAccounts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner } from '#lib/kernel/partner.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';

const answered = z.object({ account: z.string().min(1).max(200) });

/** Notes a worker who is to be paid; the account itself is opened by `openPayoutAccount`. */
export async function notePayoutAccount(
  ctx: Ctx,
  { workerId, name }: { workerId: string; name: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => {
    await tx.db
      .insert(payoutAccounts)
      .values({ workerId, name: name.slice(0, 200), createdAt: ctx.now })
      .onConflictDoNothing();
  });
}

/**
 * Opens the account at Golden Hat that a worker is paid to; asked again it changes nothing. Throws an ordinary error when
 * Golden Hat gives no answer, so that the step is tried again. Throws `Refused`: billing.not_found, billing.account_refused.
 */
export async function openPayoutAccount(ctx: Ctx, { workerId }: { workerId: string }): Promise<void> {
  requireRole(ctx, 'system');
  const [row] = await ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.workerId, workerId));
  if (!row) throw new Refused('billing.not_found');
  if (row.account) return;
  const answer = await callPartner('golden-hat', {
    method: 'POST',
    path: '/accounts',
    body: { workerReference: workerId, name: row.name },
    idempotencyKey: `account:${workerId}`,
  });
  if (answer.outcome === 'refused' && ![401, 403, 404].includes(answer.status))
    throw new Refused('billing.account_refused');
  const read = answered.safeParse(answer.outcome === 'answered' ? answer.body : null);
  if (!read.success)
    throw new Error(
      `Golden Hat gave no account: ${answer.outcome === 'unknown' ? answer.why : answer.outcome}`,
    );
  await transaction(ctx, async (tx) => {
    await tx.db
      .update(payoutAccounts)
      .set({ account: read.data.account })
      .where(and(eq(payoutAccounts.workerId, workerId), isNull(payoutAccounts.account)));
    tx.refresh(`account:${workerId}`, 'role:billing');
  });
}
