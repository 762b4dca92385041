import { and, eq, isNull } from 'drizzle-orm';
import { invoices, pauses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import { decidePauseInput } from './inputs.ts';

/**
 * A manager gives a failed invoice up, saying why: it is owed no more, and a pause because of it ends. Not while an attempt
 * is open, because its outcome is not known. Throws `Refused`: invalid, billing.not_found, billing.not_payable.
 */
export async function writeOffInvoice(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { invoiceId, reason } = parse(decidePauseInput, input);
  await transaction(ctx, async (tx) => {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId)).for('update');
    if (!invoice) throw new Refused('billing.not_found');
    if (invoice.state === 'written_off') return;
    if (invoice.state !== 'failed') throw new Refused('billing.not_payable');
    const { clientId, amountCents, number } = invoice;
    await postTransaction(
      tx,
      postings.debt_written_off({
        invoiceId,
        clientId,
        amountCents,
        occurredAt: ctx.now,
        details: { invoiceNumber: number, reason, byId: ctx.actor.id },
      }),
    );
    await tx.db
      .update(invoices)
      .set({ state: 'written_off', nextAttemptAt: null })
      .where(eq(invoices.id, invoiceId));
    await tx.db
      .update(pauses)
      .set({ decision: 'written_off', decidedById: ctx.actor.id, reason, decidedAt: ctx.now })
      .where(and(eq(pauses.invoiceId, invoiceId), isNull(pauses.decidedAt)));
    tx.audit({ verb: 'writeOffInvoice', subject: 'invoice', subjectId: invoiceId, why: reason });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
