import { and, asc, inArray, isNotNull, lte } from 'drizzle-orm';
import { attempts, invoices, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { chargeRequested, payoutRequested } from './events.ts';
import { safetyNetMs } from './issue-invoices.ts';

const batch = 100;

/** Attempts whose next ask has come, the longest waiting first, at most 100. */
export async function attemptsToAsk(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system');
  const rows = await ctx.db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(isNotNull(attempts.nextAskAt), lte(attempts.nextAskAt, ctx.now)))
    .orderBy(asc(attempts.nextAskAt))
    .limit(batch);
  return rows.map(({ id }) => id);
}

/** Asks for a further attempt at each invoice and statement whose time has come, at most 100 of each. */
export async function requestDueAttempts(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'system');
  const later = new Date(ctx.now.getTime() + safetyNetMs);
  await transaction(ctx, async (tx) => {
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
      .limit(batch)
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
      .limit(batch)
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
  });
}
