import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { counters, invoices, items, periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { invoiceIssued } from './events.ts';

/** If nothing tries the charge by then, the clock does. */
export const safetyNetMs = 3_600_000;

/**
 * The invoice of a client's week [US-220]: everything charged before its end and not invoiced yet, under the next number.
 * One per client and week; asked again it changes nothing, and nothing is issued when nothing is owed. Throws `Refused`
 * billing.not_found when the week's close was never asked for.
 */
export async function issueInvoice(
  ctx: Ctx,
  { clientId, period }: { clientId: string; period: string },
): Promise<{ invoiceId: string | null }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    // Two closes of one client take turns.
    await tx.db.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`billing:invoice:${clientId}`}, 0))`,
    );
    const [close] = await tx.db
      .select()
      .from(periodCloses)
      .where(and(eq(periodCloses.kind, 'week'), eq(periodCloses.period, period)));
    if (!close) throw new Refused('billing.not_found');
    const [already] = await tx.db
      .select({ id: invoices.id })
      .from(invoices)
      .where(and(eq(invoices.clientId, clientId), eq(invoices.period, period)));
    if (already) return { invoiceId: already.id };

    const open = await tx.db
      .select({ transactionId: items.transactionId, amountCents: items.amountCents })
      .from(items)
      .where(
        and(
          eq(items.purpose, 'invoice'),
          eq(items.partyId, clientId),
          isNull(items.documentId),
          lt(items.occurredAt, close.toAt),
        ),
      );
    const amountCents = open.reduce((sum, item) => sum + item.amountCents, 0n);
    if (amountCents <= 0n) return { invoiceId: null };

    const invoiceId = ctx.newId();
    await tx.db.insert(invoices).values({
      id: invoiceId,
      number: await nextNumber(tx),
      clientId,
      period,
      fromAt: close.fromAt,
      toAt: close.toAt,
      amountCents,
      state: 'issued',
      nextAttemptAt: new Date(ctx.now.getTime() + safetyNetMs),
      issuedAt: ctx.now,
    });
    await tx.db
      .update(items)
      .set({ documentId: invoiceId })
      .where(
        inArray(
          items.transactionId,
          open.map(({ transactionId }) => transactionId),
        ),
      );
    tx.emit(invoiceIssued, { invoiceId, clientId, amountCents: amountCents.toString() });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
    return { invoiceId };
  });
}

// Taken inside the transaction that uses it: if that fails, the number is free again, so there are no gaps.
async function nextNumber(tx: Tx): Promise<number> {
  const [row] = await tx.db
    .insert(counters)
    .values({ name: 'invoice', value: 1 })
    .onConflictDoUpdate({ target: counters.name, set: { value: sql`${counters.value} + 1` } })
    .returning({ value: counters.value });
  return row!.value;
}
