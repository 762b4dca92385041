import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { correctCountInput } from './inputs.ts';
import { lockItems } from './load-job.ts';
import { moveStock } from './move-stock.ts';

/**
 * Somebody counted the shelf: the difference is journalled with the reason. Counting the same twice changes nothing.
 * Throws `Refused`: consumables.not_found.
 */
export async function correctCount(
  ctx: Ctx,
  input: { itemId: string; countedCount: number; reason: string },
): Promise<void> {
  requireRole(ctx, 'staff', 'manager', 'system');
  const { itemId, countedCount, reason } = parse(correctCountInput, input);
  await transaction(ctx, async (tx) => {
    const shelf = await lockItems(tx, [itemId]);
    const [item] = shelf;
    if (!item) throw new Refused('consumables.not_found');
    const deltaCount = countedCount - item.onHandCount;
    if (deltaCount === 0) return;
    await moveStock(tx, shelf, [
      {
        itemId,
        kind: 'corrected',
        count: Math.abs(deltaCount),
        deltaCount,
        why: reason,
        effectKey: `correct:${tx.newId()}`,
      },
    ]);
    tx.audit({ verb: 'correctCount', subject: 'item', subjectId: itemId, why: reason, data: { deltaCount } });
  });
}
