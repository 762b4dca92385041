import { eq, sql } from 'drizzle-orm';
import { counters } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { type ClosePage, closeInProgress, firstParty, notePage, partiesPerPage } from './close-page.ts';
import { invoiceIssued } from './events.ts';

/** If nothing tries the charge by then, the clock does. */
export const safetyNetMs = 3_600_000;

/**
 * The invoices of a week for the next page of clients [US-220]: for each everything charged before its end and not invoiced
 * yet, under the next number, clients in the order of their ids. One per client and week: asked again it changes nothing;
 * who owes nothing gets none. Throws `Refused` billing.not_found when the week's close was never asked for.
 */
export async function issueInvoices(
  ctx: Ctx,
  { period, after }: { period: string; after: string | null },
): Promise<ClosePage> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const close = await closeInProgress(tx, 'week', period);
    if (!close) return { next: null };
    const lastNumber = await lockNumbers(tx);
    const ids = Array.from({ length: partiesPerPage }, () => ctx.newId());
    const open = sql`purpose = 'invoice' and document_id is null and occurred_at < ${close.toAt.toISOString()}`;
    // One statement, one snapshot: the lines that are summed are the lines that are taken.
    const issued = await tx.db.execute<{ id: string; client_id: string; amount_cents: string }>(sql`
      with due as (
        select party_id, sum(amount_cents) as amount_cents
        from billing.items
        where ${open} and party_id > ${after ?? firstParty}
          and not exists (select from billing.invoices i where i.client_id = party_id and i.period = ${period})
        group by party_id
        having sum(amount_cents) > 0
        order by party_id
        limit ${partiesPerPage}
      ), issued as (
        insert into billing.invoices
          (id, number, client_id, period, from_at, to_at, amount_cents, state, next_attempt_at, issued_at)
        select ids.id::uuid, ${lastNumber}::int + n, party_id, ${period}, ${close.fromAt.toISOString()}::timestamptz,
          ${close.toAt.toISOString()}::timestamptz, amount_cents, 'issued',
          ${new Date(tx.now.getTime() + safetyNetMs).toISOString()}::timestamptz, ${tx.now.toISOString()}::timestamptz
        from (select due.*, row_number() over (order by party_id) as n from due) numbered
        join jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as ids (id, n) using (n)
        returning id, client_id, amount_cents
      ), taken as (
        update billing.items set document_id = issued.id from issued where ${open} and party_id = issued.client_id
      )
      select id, client_id, amount_cents::text from issued order by client_id`);
    for (const { id, client_id, amount_cents } of issued)
      tx.emit(invoiceIssued, { invoiceId: id, clientId: client_id, amountCents: amount_cents });
    await tx.db
      .update(counters)
      .set({ value: lastNumber + issued.length })
      .where(eq(counters.name, 'invoice'));
    return notePage(
      tx,
      close,
      issued.map(({ client_id }) => client_id),
    );
  });
}

// Locked by the transaction that uses it: if that fails, the numbers are free again, so there are no gaps.
async function lockNumbers(tx: Tx): Promise<number> {
  await tx.db.insert(counters).values({ name: 'invoice', value: 0 }).onConflictDoNothing();
  const [row] = await tx.db.select().from(counters).where(eq(counters.name, 'invoice')).for('update');
  return row!.value;
}
