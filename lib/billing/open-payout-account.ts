import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { payoutAccounts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner } from '#lib/kernel/partner.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { registrationKey, saysNo } from './attempt.rules.ts';

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
 * Opens the account at Golden Hat that a worker is paid to; asked again it changes nothing. When Golden Hat refuses, that is
 * kept, and the next statement asks once more. Throws an ordinary error when Golden Hat gives no answer, so that the step is
 * tried again, and `Refused` billing.not_found.
 */
export async function openPayoutAccount(
  ctx: Ctx,
  { workerId }: { workerId: string },
): Promise<{ isRefused: boolean }> {
  requireRole(ctx, 'system');
  const [row] = await ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.workerId, workerId));
  if (!row) throw new Refused('billing.not_found');
  if (row.account) return { isRefused: false };
  const answer = await callPartner('golden-hat', {
    method: 'POST',
    path: '/accounts',
    body: { workerReference: workerId, name: row.name },
    idempotencyKey: registrationKey('account', workerId, row.refusalsCount),
  });
  const isRefused = saysNo(answer);
  const read = answered.safeParse(answer.outcome === 'answered' ? answer.body : null);
  if (!read.success && !isRefused)
    throw new Error(
      `Golden Hat gave no account: ${answer.outcome === 'unknown' ? answer.why : answer.outcome}`,
    );
  await transaction(ctx, async (tx) => {
    await tx.db
      .update(payoutAccounts)
      .set(
        isRefused || !read.success
          ? { refusalsCount: row.refusalsCount + 1 }
          : { account: read.data.account },
      )
      .where(
        and(
          eq(payoutAccounts.workerId, workerId),
          isNull(payoutAccounts.account),
          eq(payoutAccounts.refusalsCount, row.refusalsCount),
        ),
      );
    tx.refresh(`account:${workerId}`, 'role:billing');
  });
  return { isRefused };
}
