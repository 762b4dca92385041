import { correctCount, readStock, saveItem } from '#lib/consumables/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

const pcs = { en: 'pcs', ru: 'шт.' };

/** The codes are those of the kits in db/seed/catalog.ts. */
const items = [
  {
    code: 'acceptance-form',
    name: { en: 'Job acceptance form', ru: 'Акт приёмки' },
    unit: pcs,
    reorderPointCount: 100,
    countedCount: 480,
  },
  {
    code: 'tempered-glass',
    name: { en: 'Tempered glass', ru: 'Закалённый стакан' },
    unit: pcs,
    reorderPointCount: 40,
    countedCount: 144,
  },
  {
    code: 'safety-goggles',
    name: { en: 'Safety goggles, cat size', ru: 'Защитные очки, кошачьи' },
    unit: pcs,
    reorderPointCount: 15,
    countedCount: 48,
  },
  {
    code: 'dustpan',
    name: { en: 'Dustpan and brush', ru: 'Совок и щётка' },
    unit: pcs,
    reorderPointCount: 15,
    countedCount: 45,
  },
  {
    code: 'ballpoint-pen',
    name: { en: 'Ballpoint pen', ru: 'Шариковая ручка' },
    unit: pcs,
    reorderPointCount: 150,
    countedCount: 600,
  },
  {
    code: 'paper-roll',
    name: { en: 'Paper roll, three-ply', ru: 'Рулон бумаги, трёхслойный' },
    unit: pcs,
    reorderPointCount: 60,
    countedCount: 210,
  },
  {
    code: 'claw-caps',
    name: { en: 'Claw caps', ru: 'Накладки на когти' },
    unit: pcs,
    reorderPointCount: 100,
    countedCount: 320,
  },
  {
    code: 'keyboard-cover',
    name: { en: 'Keyboard cover', ru: 'Накладка на клавиатуру' },
    unit: pcs,
    reorderPointCount: 15,
    countedCount: 52,
  },
  {
    code: 'lint-roller',
    name: { en: 'Lint roller', ru: 'Ролик от шерсти' },
    unit: pcs,
    reorderPointCount: 20,
    countedCount: 66,
  },
  {
    code: 'catnip-pouch',
    name: { en: 'Catnip pouch', ru: 'Мешочек кошачьей мяты' },
    unit: pcs,
    reorderPointCount: 20,
    countedCount: 84,
  },
  {
    code: 'tuna-treat',
    name: { en: 'Tuna treat', ru: 'Лакомство с тунцом' },
    unit: pcs,
    reorderPointCount: 50,
    countedCount: 175,
  },
  {
    code: 'gloves',
    name: { en: 'Padded gloves, pair', ru: 'Мягкие перчатки, пара' },
    unit: pcs,
    reorderPointCount: 12,
    countedCount: 30,
  },
];

/** A shelf that fills the seeded kits for weeks; counted only when it has never been. */
export async function seedConsumables(ctx: Ctx): Promise<void> {
  const known = new Set((await readStock(ctx)).map(({ code }) => code));
  for (const { countedCount, ...item } of items) {
    if (known.has(item.code)) continue;
    await transaction(ctx, async (tx) => {
      const itemId = await saveItem(tx, item);
      await correctCount(tx, { itemId, countedCount, reason: 'Opening count' });
    });
  }
}
