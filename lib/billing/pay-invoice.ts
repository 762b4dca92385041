import { and, eq } from 'drizzle-orm';
import { invoices } from '#db/schema/billing.ts';
import { type Ctx, hasRole, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { chargeRequested } from './events.ts';
import { payInvoiceInput } from './inputs.ts';
import { safetyNetMs } from './issue-invoices.ts';

/**
 * Tries a failed invoice again now, by the method chosen now: the client their own, a manager of billing any. A second
 * click asks for the same attempt. Throws `Refused`: billing.not_found, billing.not_payable.
 */
export async function payInvoice(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'client', 'billing');
  const { invoiceId } = parse(payInvoiceInput, input);
  await transaction(ctx, async (tx) => {
    const [invoice] = await tx.db
      .select()
      .from(invoices)
      .where(
        and(
          eq(invoices.id, invoiceId),
          hasRole(ctx, 'billing') ? undefined : eq(invoices.clientId, ctx.actor.id),
        ),
      )
      .for('update');
    if (!invoice) throw new Refused('billing.not_found');
    if (invoice.state !== 'failed') throw new Refused('billing.not_payable');
    await tx.db
      .update(invoices)
      .set({ nextAttemptAt: new Date(ctx.now.getTime() + safetyNetMs) })
      .where(eq(invoices.id, invoiceId));
    const { clientId, amountCents, attemptsCount } = invoice;
    tx.emit(chargeRequested, {
      invoiceId,
      clientId,
      amountCents: amountCents.toString(),
      attemptNo: attemptsCount + 1,
      isByPerson: true,
    });
    tx.audit({ verb: 'payInvoice', subject: 'invoice', subjectId: invoiceId });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
