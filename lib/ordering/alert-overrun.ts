import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import { orders } from '#db/schema/ordering.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { orderOverran } from './events.ts';
import { orderIdInput } from './inputs.ts';
import { assignedFacts } from './move-order.ts';

/** Tells managers once that an order in progress has taken twice its planned time; it goes on; for the system. */
export async function alertOverrun(ctx: Ctx, input: unknown): Promise<{ alerted: boolean }> {
  requireRole(ctx, 'system');
  const { orderId } = parse(orderIdInput, input);
  return transaction(ctx, async (tx) => {
    const [order] = await tx.db
      .update(orders)
      .set({ overranAt: tx.now })
      .where(
        and(
          eq(orders.id, orderId),
          eq(orders.state, 'in_progress'),
          isNull(orders.overranAt),
          lte(
            sql`${orders.startedAt} + 2 * ${orders.durationMinutes} * interval '1 minute'`,
            tx.now.toISOString(),
          ),
        ),
      )
      .returning();
    if (!order) return { alerted: false };
    tx.audit({ verb: 'alertOverrun', subject: 'order', subjectId: orderId });
    tx.emit(orderOverran, assignedFacts(order));
    tx.refresh(`order:${orderId}`, 'role:manager');
    return { alerted: true };
  });
}
