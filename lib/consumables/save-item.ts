import { eq } from 'drizzle-orm';
import { items } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { saveItemInput } from './inputs.ts';

/** Enters an item under its code, or changes the words and the reorder point of the one that has it. Answers its id. */
export async function saveItem(
  ctx: Ctx,
  input: {
    code: string;
    name: { en: string; ru: string };
    unit: { en: string; ru: string };
    reorderPointCount: number;
  },
): Promise<string> {
  requireRole(ctx, 'staff', 'manager', 'system');
  const { code, ...item } = parse(saveItemInput, input);
  return transaction(ctx, async (tx) => {
    await tx.db
      .insert(items)
      .values({ id: tx.newId(), code, ...item })
      .onConflictDoUpdate({ target: items.code, set: { ...item, isActive: true } });
    const [saved] = await tx.db.select({ id: items.id }).from(items).where(eq(items.code, code));
    tx.audit({ verb: 'saveItem', subject: 'item', subjectId: saved!.id, data: { code, ...item } });
    tx.refresh('role:staff');
    return saved!.id;
  });
}
