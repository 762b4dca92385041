import { attempts, type invoices, refunds } from '#db/schema/billing.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { postings } from '#lib/ledger/index.ts';
import { refundRequested } from './events.ts';
import { postItem } from './post-item.ts';

/**
 * Sends a client's credit back by the way it came, through the gateway that took it. Commits the one attempt together with
 * its entry before the gateway is asked; if the way back is closed, the credit lowers the next invoice.
 */
export async function sendRefund(
  tx: Tx,
  {
    refundId,
    invoice,
    charge,
    cause,
    amountCents,
    details,
  }: {
    refundId: string;
    invoice: typeof invoices.$inferSelect;
    /** The attempt that took the money. */
    charge: typeof attempts.$inferSelect;
    cause: (typeof refunds.$inferSelect)['cause'];
    amountCents: bigint;
    details: Record<string, unknown>;
  },
): Promise<void> {
  const { id: invoiceId, clientId } = invoice;
  const attemptId = tx.newId();
  const posting = postings.refund_sent({
    refundId,
    clientId,
    amountCents,
    occurredAt: tx.now,
    details: { ...details, method: charge.targetLabel },
  });
  await postItem(tx, posting, { partyId: clientId, orderId: null });
  await tx.db.insert(refunds).values({
    id: refundId,
    clientId,
    invoiceId,
    chargeId: charge.id,
    cause,
    amountCents,
    state: 'sending',
    createdAt: tx.now,
  });
  await tx.db.insert(attempts).values({
    id: attemptId,
    purpose: 'refund',
    documentId: refundId,
    partyId: clientId,
    attemptNo: 1,
    isByPerson: cause === 'granted',
    key: `refund:${refundId}:1`,
    amountCents,
    target: charge.key,
    targetLabel: charge.targetLabel,
    state: 'asking',
    nextAskAt: tx.now,
    createdAt: tx.now,
  });
  tx.emit(refundRequested, {
    refundId,
    invoiceId,
    clientId,
    amountCents: amountCents.toString(),
    attemptId,
  });
}
