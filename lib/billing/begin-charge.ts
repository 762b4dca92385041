import { and, desc, eq, or } from 'drizzle-orm';
import { attempts, invoices, paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { settleAttempt } from './settle-attempt.ts';

/**
 * Commits the n-th attempt to charge an invoice, before the gateway is asked. Asked again it answers the same attempt;
 * null when the invoice is paid, or another attempt is not over, or `attemptNo` is not the next. When the gateway has refused the
 * client's way to pay, the attempt has failed before any order: it is told and tried again like any other that failed. Throws
 * `Refused` billing.not_found, and an ordinary error while the client's method is being opened.
 */
export async function beginCharge(
  ctx: Ctx,
  {
    invoiceId,
    attemptNo,
    isByPerson = false,
  }: { invoiceId: string; attemptNo: number; isByPerson?: boolean },
): Promise<{ attemptId: string | null }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId)).for('update');
    if (!invoice) throw new Refused('billing.not_found');
    const [begun] = await tx.db
      .select({ attemptId: attempts.id })
      .from(attempts)
      .where(
        and(
          eq(attempts.purpose, 'charge'),
          eq(attempts.documentId, invoiceId),
          eq(attempts.attemptNo, attemptNo),
        ),
      );
    if (begun) return begun;
    const isFree = invoice.state === 'issued' || invoice.state === 'failed';
    if (!isFree || attemptNo !== invoice.attemptsCount + 1) return { attemptId: null };
    const { clientId, amountCents } = invoice;
    const [method] = await tx.db
      .select()
      .from(paymentMethods)
      .where(
        and(
          eq(paymentMethods.clientId, clientId),
          or(eq(paymentMethods.isChosen, true), eq(paymentMethods.isRefused, true)),
        ),
      )
      .orderBy(desc(paymentMethods.isChosen), desc(paymentMethods.kind))
      .limit(1);
    if (!method || (!method.token && !method.isRefused))
      throw new Error(`client ${clientId} has no method of payment ready`);
    const attemptId = ctx.newId();
    await tx.db.insert(attempts).values({
      id: attemptId,
      purpose: 'charge',
      documentId: invoiceId,
      partyId: clientId,
      attemptNo,
      isByPerson,
      key: `charge:${invoiceId}:${attemptNo}`,
      amountCents,
      target: method.token ?? '',
      targetLabel: method.label,
      state: 'asking',
      nextAskAt: method.token ? ctx.now : null,
      createdAt: ctx.now,
    });
    await tx.db
      .update(invoices)
      .set({ state: 'settling', attemptsCount: attemptNo, nextAttemptAt: null })
      .where(eq(invoices.id, invoiceId));
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
    if (method.token) return { attemptId };
    await settleAttempt(tx, { attemptId, truth: { is: 'failed', failureCode: 'method_refused' } });
    return { attemptId: null };
  });
}
