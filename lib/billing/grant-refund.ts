import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { attempts, invoices, items, refunds } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountId, entriesOf, lockAccounts, postings } from '#lib/ledger/index.ts';
import { grantRefundInput } from './inputs.ts';
import { postItem } from './post-item.ts';
import { sendRefund } from './send-refund.ts';

/**
 * Gives a client back a part of a paid invoice, or all of it, saying why: it goes back by the way it was paid, or lowers the
 * next invoice. The same refund asked for twice is one. Throws `Refused`: invalid, billing.not_found, billing.not_refundable (not paid, or more than is left of it).
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
    if ((await entriesOf(tx, { book: 'clients', subject: refundId })).length) return;
    const [given] = await tx.db
      .select({ total: sql<string>`coalesce(-sum(${items.amountCents}), 0)` })
      .from(items)
      .where(
        and(
          eq(items.purpose, 'invoice'),
          eq(items.partyId, clientId),
          eq(items.kind, 'refund_granted'),
          sql`${items.details}->>'invoiceId' = ${invoiceId}`,
        ),
      );
    if (invoice.state !== 'paid' || amountCents > invoice.amountCents - BigInt(given!.total))
      throw new Refused('billing.not_refundable');
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
      if (!paid) throw new Refused('billing.not_refundable');
      const { charge } = paid;
      const cause = 'granted';
      await sendRefund(tx, { refundId, invoice, charge, cause, amountCents, details: { cause, ...details } });
    }
    tx.audit({ verb: 'grantRefund', subject: 'invoice', subjectId: invoiceId, why: reason });
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
