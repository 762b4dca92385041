import { and, asc, eq } from 'drizzle-orm';
import { payoutAccounts, payoutChanges, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { payoutDetailsChanged, payoutRequested } from './events.ts';
import { confirmPayoutChangeInput } from './inputs.ts';
import { safetyNetMs } from './issue-invoices.ts';
import { hashToken } from './make-payout-link.ts';
import { mayConfirm } from './payout-details.rules.ts';

/**
 * The worker has followed the link in their mail, signed in as themselves: from now on they are paid to the new account, and
 * what came back because of the old one is paid again. A second click changes nothing. Throws `Refused` billing.link_not_valid
 * for a link that is old, replaced, or somebody else's.
 */
export async function confirmPayoutChange(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'worker');
  const { token } = parse(confirmPayoutChangeInput, input);
  const workerId = ctx.actor.id;
  await transaction(ctx, async (tx) => {
    const [change] = await tx.db
      .select()
      .from(payoutChanges)
      .where(and(eq(payoutChanges.tokenHash, hashToken(token)), eq(payoutChanges.workerId, workerId)))
      .for('update');
    if (change?.confirmedAt) return;
    if (!change || !mayConfirm(change, ctx.now)) throw new Refused('billing.link_not_valid');
    const { name, account } = change;
    await tx.db.update(payoutChanges).set({ confirmedAt: ctx.now }).where(eq(payoutChanges.id, change.id));
    await tx.db
      .insert(payoutAccounts)
      .values({ workerId, name, account, createdAt: ctx.now })
      .onConflictDoUpdate({ target: payoutAccounts.workerId, set: { name, account } });
    const failed = await tx.db
      .select()
      .from(statements)
      .where(and(eq(statements.workerId, workerId), eq(statements.state, 'failed')))
      .orderBy(asc(statements.toAt))
      .limit(100)
      .for('update');
    for (const { id: statementId, amountCents, attemptsCount } of failed) {
      await tx.db
        .update(statements)
        .set({ nextAttemptAt: new Date(ctx.now.getTime() + safetyNetMs) })
        .where(eq(statements.id, statementId));
      tx.emit(payoutRequested, {
        statementId,
        workerId,
        amountCents: amountCents.toString(),
        attemptNo: attemptsCount + 1,
      });
    }
    tx.emit(payoutDetailsChanged, { workerId });
    tx.audit({ verb: 'confirmPayoutChange', subject: 'worker', subjectId: workerId });
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
  });
}
