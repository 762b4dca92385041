import { and, eq } from 'drizzle-orm';
import { attempts, payoutAccounts, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import { payoutFailed } from './events.ts';

/**
 * Commits the n-th attempt to pay a statement out, before Golden Hat is asked, and takes the sum out of what is owed. Asked
 * again it answers the same attempt; null when it is paid or carried over, or another attempt is not over, or `attemptNo`
 * is not the next. When Golden Hat has refused to open an account, the statement fails without an attempt, since nothing could
 * be sent: the worker is asked for another one. Throws `Refused` billing.not_found, and an ordinary error while the account is
 * being opened.
 */
export async function beginPayout(
  ctx: Ctx,
  { statementId, attemptNo }: { statementId: string; attemptNo: number },
): Promise<{ attemptId: string | null }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const [statement] = await tx.db
      .select()
      .from(statements)
      .where(eq(statements.id, statementId))
      .for('update');
    if (!statement) throw new Refused('billing.not_found');
    const [begun] = await tx.db
      .select({ attemptId: attempts.id })
      .from(attempts)
      .where(
        and(
          eq(attempts.purpose, 'payout'),
          eq(attempts.documentId, statementId),
          eq(attempts.attemptNo, attemptNo),
        ),
      );
    if (begun) return begun;
    const isFree = statement.state === 'issued' || statement.state === 'failed';
    if (!isFree || attemptNo !== statement.attemptsCount + 1) return { attemptId: null };
    const { workerId, amountCents, period } = statement;
    const [payoutAccount] = await tx.db
      .select()
      .from(payoutAccounts)
      .where(eq(payoutAccounts.workerId, workerId))
      // The worker may be giving other details at this moment.
      .for('update');
    if (!payoutAccount?.account) {
      if (!payoutAccount?.refusalsCount) throw new Error(`worker ${workerId} has no payout account yet`);
      // Set while a try is due: without it this refusal was told already.
      if (statement.nextAttemptAt === null) return { attemptId: null };
      await tx.db
        .update(statements)
        .set({ state: 'failed', nextAttemptAt: null })
        .where(eq(statements.id, statementId));
      tx.emit(payoutFailed, { statementId, workerId, amountCents: amountCents.toString() });
      tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
      return { attemptId: null };
    }
    const attemptId = ctx.newId();
    await tx.db.insert(attempts).values({
      id: attemptId,
      purpose: 'payout',
      documentId: statementId,
      partyId: workerId,
      attemptNo,
      key: `payout:${statementId}:${attemptNo}`,
      amountCents,
      target: payoutAccount.account,
      targetLabel: 'Golden Hat',
      state: 'asking',
      nextAskAt: ctx.now,
      createdAt: ctx.now,
    });
    await postTransaction(
      tx,
      postings.payout_sent({
        statementId,
        attemptNo,
        workerId,
        amountCents,
        occurredAt: ctx.now,
        details: { period },
      }),
    );
    await tx.db
      .update(statements)
      .set({ state: 'settling', attemptsCount: attemptNo, nextAttemptAt: null })
      .where(eq(statements.id, statementId));
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
    return { attemptId };
  });
}
