import { eq } from 'drizzle-orm';
import { purchases } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { receivePurchaseInput } from './inputs.ts';
import { lockItems } from './load-job.ts';
import { moveStock } from './move-stock.ts';

/**
 * What was ordered came: so many, of this lot, onto the shelf. A second tap changes nothing.
 * Throws `Refused`: consumables.not_found, consumables.purchase_not_ordered.
 */
export async function receivePurchase(
  ctx: Ctx,
  input: { purchaseId: string; receivedCount: number; lot?: string },
): Promise<void> {
  requireRole(ctx, 'staff', 'manager');
  const { purchaseId, receivedCount, lot } = parse(receivePurchaseInput, input);
  await transaction(ctx, async (tx) => {
    const [purchase] = await tx.db.select().from(purchases).where(eq(purchases.id, purchaseId)).for('update');
    if (!purchase) throw new Refused('consumables.not_found');
    if (purchase.state === 'received') return;
    if (purchase.state !== 'ordered') throw new Refused('consumables.purchase_not_ordered');
    const { itemId } = purchase;
    await moveStock(tx, await lockItems(tx, [itemId]), [
      {
        itemId,
        kind: 'received',
        count: receivedCount,
        deltaCount: receivedCount,
        lot: lot || null,
        purchaseId,
        effectKey: `receive:${purchaseId}`,
      },
    ]);
    await tx.db
      .update(purchases)
      .set({
        state: 'received',
        receivedCount,
        lot: lot || null,
        receivedAt: tx.now,
        receivedBy: tx.actor.id,
      })
      .where(eq(purchases.id, purchaseId));
    tx.audit({
      verb: 'receivePurchase',
      subject: 'item',
      subjectId: itemId,
      data: { purchaseId, receivedCount, lot: lot ?? null },
    });
  });
}
