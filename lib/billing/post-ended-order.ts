import { billedOrders } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { postings } from '#lib/ledger/index.ts';
import { billEndedOrder } from './ended-order.rules.ts';
import { postItem } from './post-item.ts';

export type EndedOrder = {
  orderId: string;
  clientId: string;
  workerId: string | null;
  outcome: 'completed' | 'failed' | 'cancelled';
  cause: string | null;
  requestNumber: string;
  serviceName: { en: string; ru: string };
  costCents: Cents | null;
  priceCents: Cents | null;
  endedAt: Date;
};

/** Charges the client and pays or fines the worker for an ended order, once [US-030][US-031][US-040][US-240]. */
export async function postEndedOrder(ctx: Ctx, order: EndedOrder): Promise<void> {
  requireRole(ctx, 'system');
  const { orderId, clientId, workerId, outcome, cause, requestNumber, serviceName, endedAt } = order;
  const bill = billEndedOrder({ ...order, hasWorker: workerId !== null });
  await transaction(ctx, async (tx) => {
    const first = await tx.db
      .insert(billedOrders)
      .values({
        orderId,
        clientId,
        workerId,
        outcome,
        cause,
        requestNumber,
        serviceName,
        costCents: order.costCents,
        priceCents: order.priceCents,
        endedAt,
      })
      .onConflictDoNothing()
      .returning({ orderId: billedOrders.orderId });
    if (first.length === 0) return;
    const facts = { orderId, occurredAt: endedAt, details: { requestNumber, serviceName, outcome, cause } };
    const client = { partyId: clientId, orderId };
    if (bill.chargeCents > 0n)
      await postItem(tx, postings.order_charged({ ...facts, clientId, costCents: bill.chargeCents }), client);
    if (bill.discountCents > 0n)
      await postItem(
        tx,
        postings.discount_given({ ...facts, clientId, discountCents: bill.discountCents }),
        client,
      );
    if (workerId) {
      const worker = { partyId: workerId, orderId };
      if (bill.earningCents > 0n)
        await postItem(
          tx,
          postings.worker_earned({ ...facts, workerId, amountCents: bill.earningCents }),
          worker,
        );
      if (bill.penaltyCents > 0n)
        await postItem(
          tx,
          postings.worker_fined({ ...facts, workerId, amountCents: bill.penaltyCents }),
          worker,
        );
      tx.refresh(`account:${workerId}`);
    }
    tx.refresh(`account:${clientId}`, 'role:billing', 'role:manager');
  });
}
