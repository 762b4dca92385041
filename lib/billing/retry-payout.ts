import { eq } from 'drizzle-orm';
import { statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { payoutRequested } from './events.ts';
import { retryPayoutInput } from './inputs.ts';
import { safetyNetMs } from './issue-invoices.ts';

/** Pays a failed statement out again, once the details are right. Throws `Refused`: billing.not_found, billing.not_payable. */
export async function retryPayout(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { statementId } = parse(retryPayoutInput, input);
  await transaction(ctx, async (tx) => {
    const [statement] = await tx.db
      .select()
      .from(statements)
      .where(eq(statements.id, statementId))
      .for('update');
    if (!statement) throw new Refused('billing.not_found');
    if (statement.state !== 'failed') throw new Refused('billing.not_payable');
    await tx.db
      .update(statements)
      .set({ nextAttemptAt: new Date(ctx.now.getTime() + safetyNetMs) })
      .where(eq(statements.id, statementId));
    const { workerId, amountCents, attemptsCount } = statement;
    tx.emit(payoutRequested, {
      statementId,
      workerId,
      amountCents: amountCents.toString(),
      attemptNo: attemptsCount + 1,
    });
    tx.audit({ verb: 'retryPayout', subject: 'statement', subjectId: statementId });
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
  });
}
