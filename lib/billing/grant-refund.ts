import { and, asc, eq, isNull } from 'drizzle-orm';
import { attempts, invoices, refunds } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountId, entriesOf, lockAccounts, postings } from '#lib/ledger/index.ts';
import { grantRefundInput } from './inputs.ts';
import { postItem } from './post-item.ts';
import { givenBackOf } from './refund-reads.ts';
import { sendRefund } from './send-refund.ts';

/**
 * Gives a client back a part of a paid invoice, or all of it, saying why: it goes back by the way it was paid, or lowers the
 * next invoice. The same refund asked for twice is one. Throws `Refused`: invalid, billing.not_found, billing.not_refundable
 * (not paid, or more than is left of it), billing.recorded_otherwise (this refund was granted before, but not so).
 */
export async function grantRefund(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { refundId, invoiceId, amount: amountCents, reason, way } = parse(grantRefundInput, input);
  await transaction(ctx, async (tx) => {
    const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, invoiceId));
    if (!invoice) throw new Refused('billing.not_found');
    const { clientId, number } = invoice;
    // What was given back so far decides: two refunds of one client take turns.
    await lockAccounts(tx, [accountId('clients', 'receivable', clientId)]);
    const [before] = await entriesOf(tx, { book: 'clients', subject: refundId, kinds: ['refund_granted'] });
    if (before) {
      const isBack = (await tx.db.$count(refunds, eq(refunds.id, refundId))) === 1;
      const isSame =
        before.details.invoiceId === invoiceId &&
        before.details.reason === reason &&
        before.lines.some((line) => line.amountCents === amountCents) &&
        isBack === (way === 'back');
      // An answer that was lost must not turn what is asked now into a success that nobody recorded.
      if (!isSame) throw new Refused('billing.recorded_otherwise');
      return;
    }
    const leftCents = invoice.amountCents - (await givenBackOf(tx, invoiceId));
    const notRefundable = () =>
      new Refused('billing.not_refundable', {
        params: { left: invoice.state === 'paid' ? Number(leftCents) / 100 : 0 },
      });
    if (invoice.state !== 'paid' || amountCents > leftCents) throw notRefundable();
    const details = { invoiceId, invoiceNumber: number, reason, byId: ctx.actor.id };
    const posting = postings.refund_granted({
      refundId,
      clientId,
      amountCents,
      occurredAt: ctx.now,
      details,
    });
    await postItem(tx, posting, { partyId: clientId, orderId: null });
    if (way === 'back') {
      // The charge that paid it; one that took the money a second time has gone back by itself.
      const [paid] = await tx.db
        .select({ charge: attempts })
        .from(attempts)
        .leftJoin(refunds, and(eq(refunds.chargeId, attempts.id), eq(refunds.cause, 'paid_twice')))
        .where(
          and(
            eq(attempts.purpose, 'charge'),
            eq(attempts.documentId, invoiceId),
            eq(attempts.state, 'succeeded'),
            isNull(refunds.id),
          ),
        )
        .orderBy(asc(attempts.attemptNo))
        .limit(1);
      if (!paid) throw notRefundable();
      const { charge } = paid;
      const cause = 'granted';
      await sendRefund(tx, { refundId, invoice, charge, cause, amountCents, details: { cause, ...details } });
    }
    tx.audit({ verb: 'grantRefund', subject: 'invoice', subjectId: invoiceId, why: reason });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
