import { and, asc, eq, inArray, isNull, lt, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { items, periodCloses, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { statementIssued } from './events.ts';
import { safetyNetMs } from './issue-invoice.ts';

/**
 * The statement of a worker's month [US-230]: earnings less penalties plus bonuses not stated yet, less what an earlier
 * negative month left. Zero or less is carried over instead of being paid. One per worker and month; asked again it changes
 * nothing. Throws `Refused` billing.not_found when the month's close was never asked for.
 */
export async function issueStatement(
  ctx: Ctx,
  { workerId, period }: { workerId: string; period: string },
): Promise<{ statementId: string | null }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    await tx.db.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`billing:statement:${workerId}`}, 0))`,
    );
    const [close] = await tx.db
      .select()
      .from(periodCloses)
      .where(and(eq(periodCloses.kind, 'month'), eq(periodCloses.period, period)));
    if (!close) throw new Refused('billing.not_found');
    const [already] = await tx.db
      .select({ id: statements.id })
      .from(statements)
      .where(and(eq(statements.workerId, workerId), eq(statements.period, period)));
    if (already) return { statementId: already.id };

    const open = await tx.db
      .select({ transactionId: items.transactionId, amountCents: items.amountCents })
      .from(items)
      .where(
        and(
          eq(items.purpose, 'statement'),
          eq(items.partyId, workerId),
          isNull(items.documentId),
          lt(items.occurredAt, close.toAt),
        ),
      );
    if (open.length === 0) return { statementId: null };

    const later = alias(statements, 'later');
    const [carried] = await tx.db
      .select({ id: statements.id, amountCents: statements.amountCents })
      .from(statements)
      .where(
        and(
          eq(statements.workerId, workerId),
          eq(statements.state, 'carried_over'),
          notExists(tx.db.select({ id: later.id }).from(later).where(eq(later.carriedFromId, statements.id))),
        ),
      )
      .orderBy(asc(statements.toAt))
      .limit(1);
    const carriedCents = carried?.amountCents ?? 0n;
    const amountCents = open.reduce((sum, item) => sum + item.amountCents, carriedCents);
    const isPaid = amountCents > 0n;

    const statementId = ctx.newId();
    await tx.db.insert(statements).values({
      id: statementId,
      workerId,
      period,
      fromAt: close.fromAt,
      toAt: close.toAt,
      carriedCents,
      carriedFromId: carried?.id ?? null,
      amountCents,
      state: isPaid ? 'issued' : 'carried_over',
      nextAttemptAt: isPaid ? new Date(ctx.now.getTime() + safetyNetMs) : null,
      issuedAt: ctx.now,
    });
    await tx.db
      .update(items)
      .set({ documentId: statementId })
      .where(
        inArray(
          items.transactionId,
          open.map(({ transactionId }) => transactionId),
        ),
      );
    tx.emit(statementIssued, { statementId, workerId, amountCents: amountCents.toString() });
    tx.refresh(`account:${workerId}`, 'role:billing', 'role:manager');
    return { statementId };
  });
}
