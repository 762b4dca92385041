import { and, desc, eq } from 'drizzle-orm';
import { attempts, invoices, refunds } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { retryRefundInput } from './inputs.ts';
import { openCredits } from './open-credits.ts';
import { tryRefund } from './send-refund.ts';

/**
 * Sends a refund that failed once more by the way it came, while no invoice is lower by it yet. Throws `Refused`: invalid,
 * billing.not_found, billing.not_resendable (it is under way, has arrived, or an invoice has it already).
 */
export async function retryRefund(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { refundId } = parse(retryRefundInput, input);
  await transaction(ctx, async (tx) => {
    const [refund] = await tx.db.select().from(refunds).where(eq(refunds.id, refundId)).for('update');
    if (!refund) throw new Refused('billing.not_found');
    const { invoiceId, clientId, cause } = refund;
    const [last] = await tx.db
      .select()
      .from(attempts)
      .where(and(eq(attempts.purpose, 'refund'), eq(attempts.documentId, refundId)))
      .orderBy(desc(attempts.attemptNo))
      .limit(1);
    if (refund.state !== 'failed' || !(await openCredits(tx, [last!])).has(last!.id))
      throw new Refused('billing.not_resendable');
    const [invoice] = await tx.db
      .select({ number: invoices.number })
      .from(invoices)
      .where(eq(invoices.id, invoiceId));
    await tryRefund(tx, {
      refund,
      attemptNo: last!.attemptNo + 1,
      isByPerson: true,
      target: last!.target,
      targetLabel: last!.targetLabel,
      details: { cause, invoiceId, invoiceNumber: invoice!.number, byId: ctx.actor.id },
    });
    await tx.db.update(refunds).set({ state: 'sending', settledAt: null }).where(eq(refunds.id, refundId));
    tx.audit({ verb: 'retryRefund', subject: 'invoice', subjectId: invoiceId });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
