import { eq } from 'drizzle-orm';
import { items, purchases } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { proposePurchaseInput } from './inputs.ts';

/**
 * Proposes to buy an item; the warehouse does so by itself below the reorder point. While one proposal or order of the
 * item is open there is no second. Throws `Refused`: consumables.not_found, consumables.purchase_open.
 */
export async function proposePurchase(ctx: Ctx, input: { itemId: string; count: number }): Promise<void> {
  requireRole(ctx, 'staff', 'manager');
  const { itemId, count } = parse(proposePurchaseInput, input);
  await transaction(ctx, async (tx) => {
    const [item] = await tx.db.select({ id: items.id }).from(items).where(eq(items.id, itemId));
    if (!item) throw new Refused('consumables.not_found');
    const [proposed] = await tx.db
      .insert(purchases)
      .values({ id: tx.newId(), itemId, count, state: 'proposed', proposedAt: tx.now })
      .onConflictDoNothing()
      .returning({ id: purchases.id });
    if (!proposed) throw new Refused('consumables.purchase_open');
    tx.audit({ verb: 'proposePurchase', subject: 'item', subjectId: itemId, data: { count } });
    tx.refresh('role:staff', 'role:manager');
  });
}
