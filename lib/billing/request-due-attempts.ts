import { and, asc, inArray, isNotNull, lte } from 'drizzle-orm';
import { invoices, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { chargeRequested, payoutRequested } from './events.ts';
import { safetyNetMs } from './issue-invoices.ts';

const pageSize = 500;

/**
 * Asks for a further attempt at the next invoices and statements whose time has come, at most 500 of each. Answers whether to
 * go on: more may be due.
 */
export async function requestDueAttempts(ctx: Ctx): Promise<{ goesOn: boolean }> {
  requireRole(ctx, 'system');
  const later = new Date(ctx.now.getTime() + safetyNetMs);
  return transaction(ctx, async (tx) => {
    const dueInvoices = await tx.db
      .select()
      .from(invoices)
      .where(
        and(
          isNotNull(invoices.nextAttemptAt),
          lte(invoices.nextAttemptAt, ctx.now),
          inArray(invoices.state, ['issued', 'failed']),
        ),
      )
      .orderBy(asc(invoices.nextAttemptAt))
      .limit(pageSize)
      .for('update', { skipLocked: true });
    for (const { id, clientId, amountCents, attemptsCount } of dueInvoices)
      tx.emit(chargeRequested, {
        invoiceId: id,
        clientId,
        amountCents: amountCents.toString(),
        attemptNo: attemptsCount + 1,
      });
    const dueStatements = await tx.db
      .select()
      .from(statements)
      .where(
        and(
          isNotNull(statements.nextAttemptAt),
          lte(statements.nextAttemptAt, ctx.now),
          inArray(statements.state, ['issued', 'failed']),
        ),
      )
      .orderBy(asc(statements.nextAttemptAt))
      .limit(pageSize)
      .for('update', { skipLocked: true });
    for (const { id, workerId, amountCents, attemptsCount } of dueStatements)
      tx.emit(payoutRequested, {
        statementId: id,
        workerId,
        amountCents: amountCents.toString(),
        attemptNo: attemptsCount + 1,
      });
    if (dueInvoices.length)
      await tx.db
        .update(invoices)
        .set({ nextAttemptAt: later })
        .where(
          inArray(
            invoices.id,
            dueInvoices.map(({ id }) => id),
          ),
        );
    if (dueStatements.length)
      await tx.db
        .update(statements)
        .set({ nextAttemptAt: later })
        .where(
          inArray(
            statements.id,
            dueStatements.map(({ id }) => id),
          ),
        );
    return { goesOn: dueInvoices.length === pageSize || dueStatements.length === pageSize };
  });
}
