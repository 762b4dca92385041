import { inArray, sql } from 'drizzle-orm';
import { audits } from '#db/schema/quality.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { randomCompletedOrders } from '#lib/ordering/index.ts';
import { openAudit } from './open-audit.ts';

/**
 * Opens sample audits for completed orders of a period, drawn at random among those not audited yet. `howMany` decides by
 * the number of orders in the period and of those audited already. One draw at a time, so that two never share an order.
 */
export async function drawSamples(
  tx: Tx,
  period: { from: Date; before: Date },
  howMany: (ordersCount: number, auditedCount: number) => number,
): Promise<number> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(7310004)`);
  const orders = await randomCompletedOrders(tx, period);
  if (orders.length === 0) return 0;
  const known = await tx.db
    .select({ orderId: audits.orderId })
    .from(audits)
    .where(
      inArray(
        audits.orderId,
        orders.map(({ orderId }) => orderId),
      ),
    );
  const audited = new Set(known.map(({ orderId }) => orderId));
  const wanted = Math.max(0, howMany(orders.length, audited.size));
  const drawn = orders.filter(({ orderId }) => !audited.has(orderId)).slice(0, wanted);
  for (const order of drawn)
    await openAudit(tx, { ...order, kind: 'sample', ending: 'completed', cause: null, reason: null });
  return drawn.length;
}
