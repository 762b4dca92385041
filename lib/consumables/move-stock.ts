import { type items, purchases, stockMovements } from '#db/schema/consumables.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { stockLow } from './events.ts';
import { lowStock } from './job.rules.ts';

export type Movement = Pick<
  typeof stockMovements.$inferInsert,
  'itemId' | 'kind' | 'count' | 'deltaCount' | 'lot' | 'jobId' | 'purchaseId' | 'why' | 'effectKey'
>;

/**
 * Journals movements of items that the caller has locked (`lockItems`); a trigger carries them to the shelf. An item
 * that falls below its reorder point is told once, and a purchase proposed unless one is under way.
 */
export async function moveStock(
  tx: Tx,
  locked: readonly (typeof items.$inferSelect)[],
  movements: readonly Movement[],
): Promise<void> {
  if (movements.length === 0) return;
  await tx.db
    .insert(stockMovements)
    .values(movements.map((movement) => ({ ...movement, id: tx.newId(), at: tx.now, actorId: tx.actor.id })));
  for (const item of locked) {
    const deltaCount = movements
      .filter(({ itemId }) => itemId === item.id)
      .reduce((sum, movement) => sum + movement.deltaCount, 0);
    const onHandCount = item.onHandCount + deltaCount;
    const low = deltaCount < 0 && lowStock(item.onHandCount, onHandCount, item.reorderPointCount);
    if (!low) continue;
    if (low.crossed) tx.emit(stockLow, { itemId: item.id, onHandCount });
    await tx.db
      .insert(purchases)
      .values({
        id: tx.newId(),
        itemId: item.id,
        state: 'proposed',
        count: low.proposeCount,
        proposedAt: tx.now,
      })
      .onConflictDoNothing();
  }
  tx.refresh('role:staff', 'role:manager');
}
