import { and, eq } from 'drizzle-orm';
import { purchases } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { decidePurchaseInput } from './inputs.ts';

/**
 * Approves a proposed purchase, which orders it, or declines it. The same decision twice is one.
 * Throws `Refused`: consumables.not_found, consumables.purchase_decided.
 */
export async function decidePurchase(
  ctx: Ctx,
  input: { purchaseId: string; isApproved: boolean },
): Promise<void> {
  requireRole(ctx, 'staff', 'manager');
  const { purchaseId, isApproved } = parse(decidePurchaseInput, input);
  const state = isApproved ? 'ordered' : 'declined';
  await transaction(ctx, async (tx) => {
    const [decided] = await tx.db
      .update(purchases)
      .set({ state, decidedAt: tx.now, decidedBy: tx.actor.id })
      .where(and(eq(purchases.id, purchaseId), eq(purchases.state, 'proposed')))
      .returning();
    if (!decided) {
      const [purchase] = await tx.db.select().from(purchases).where(eq(purchases.id, purchaseId));
      if (!purchase) throw new Refused('consumables.not_found');
      if (purchase.state === state) return;
      throw new Refused('consumables.purchase_decided');
    }
    tx.audit({
      verb: 'decidePurchase',
      subject: 'item',
      subjectId: decided.itemId,
      data: { purchaseId, state },
    });
    tx.refresh('role:staff', 'role:manager');
  });
}
