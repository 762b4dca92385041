import { attempts, type invoices, refunds } from '#db/schema/billing.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { postings } from '#lib/ledger/index.ts';
import { refundRequested } from './events.ts';
import { postItem } from './post-item.ts';

/**
 * Sends a client's credit back by the way it came, through the gateway that took it. Commits the first attempt together with
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
  const refund = {
    id: refundId,
    clientId: invoice.clientId,
    invoiceId: invoice.id,
    chargeId: charge.id,
    cause,
    amountCents,
    state: 'sending' as const,
    createdAt: tx.now,
    settledAt: null,
  };
  await tx.db.insert(refunds).values(refund);
  await tryRefund(tx, {
    refund,
    attemptNo: 1,
    isByPerson: cause === 'granted',
    target: charge.key,
    targetLabel: charge.targetLabel,
    details,
  });
}

/** One try at a refund: its entry and its attempt, committed before the gateway is asked. */
export async function tryRefund(
  tx: Tx,
  {
    refund: { id: refundId, clientId, invoiceId, amountCents },
    attemptNo,
    details,
    ...way
  }: {
    refund: typeof refunds.$inferSelect;
    attemptNo: number;
    isByPerson: boolean;
    target: string;
    targetLabel: string;
    details: Record<string, unknown>;
  },
): Promise<void> {
  const attemptId = tx.newId();
  const posting = postings.refund_sent({
    refundId,
    attemptNo,
    clientId,
    amountCents,
    occurredAt: tx.now,
    details: { ...details, method: way.targetLabel },
  });
  await postItem(tx, posting, { partyId: clientId, orderId: null });
  await tx.db.insert(attempts).values({
    id: attemptId,
    purpose: 'refund',
    documentId: refundId,
    partyId: clientId,
    attemptNo,
    key: `refund:${refundId}:${attemptNo}`,
    amountCents,
    ...way,
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
