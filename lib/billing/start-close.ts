import { and, eq, isNull, lt, notExists, sql } from 'drizzle-orm';
import { invoices, items, periodCloses, statements } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { earliestOpen } from './close-page.ts';
import type { PeriodKind } from './periods.rules.ts';

/**
 * Notes for the managers' screen how many documents a close is to make, those of an earlier close of the same period
 * included. Throws `Refused` billing.not_found when the close was never asked for.
 */
export async function startClose(
  ctx: Ctx,
  { kind, period }: { kind: PeriodKind; period: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => {
    const which = and(eq(periodCloses.kind, kind), eq(periodCloses.period, period));
    const [close] = await tx.db.select().from(periodCloses).where(which);
    if (!close) throw new Refused('billing.not_found');
    // One that waits counts when its turn has come.
    if (close.partiesCount !== null || (await earliestOpen(tx, kind, period))) return;
    const isWeek = kind === 'week';
    const document = isWeek
      ? tx.db
          .select({ id: invoices.id })
          .from(invoices)
          .where(and(eq(invoices.clientId, items.partyId), eq(invoices.period, period)))
      : tx.db
          .select({ id: statements.id })
          .from(statements)
          .where(and(eq(statements.workerId, items.partyId), eq(statements.period, period)));
    const due = tx.db
      .select({ partyId: items.partyId })
      .from(items)
      .where(
        and(
          eq(items.purpose, isWeek ? 'invoice' : 'statement'),
          isNull(items.documentId),
          lt(items.occurredAt, close.toAt),
          notExists(document),
        ),
      )
      .groupBy(items.partyId)
      // A client in credit gets no invoice; a worker in debt does get a statement.
      .having(isWeek ? sql`sum(${items.amountCents}) > 0` : undefined);
    const [counted] = await tx.db
      .with(tx.db.$with('due').as(due))
      .select({ n: sql<number>`count(*)::int` })
      .from(sql`due`);
    const made = await tx.db.$count(
      isWeek ? invoices : statements,
      eq(isWeek ? invoices.period : statements.period, period),
    );
    await tx.db
      .update(periodCloses)
      .set({ partiesCount: made + (counted?.n ?? 0) })
      .where(which);
    tx.refresh('role:billing', 'role:manager');
  });
}
