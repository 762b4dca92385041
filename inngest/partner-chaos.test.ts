import { expect, test } from 'vitest';
import { uuidv7 } from '#lib/kernel/ctx.ts';
import { freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { playChaos } from './testing/testing-chaos.ts';

// `npm run bench -- partner-chaos 10000` plays the whole of it.
test('partners at their worst move nothing twice, each movement ends or is parked, and the ledger is what they hold', async () => {
  const database = await freshDatabase();
  const ctx = { ...testCtx(database.db), newId: () => uuidv7(new Date()) };
  const { figures, faults } = await playChaos(ctx, { movements: 200, seed: 20261121 });
  expect(faults).toEqual([]);
  expect(figures).toMatchObject({ charges: expect.any(Number), payouts: expect.any(Number) });
  expect(Number(figures.charges) + Number(figures.payouts)).toBeGreaterThanOrEqual(200);
  for (const what of ['parked', 'returned', 'doubledAndPutRight', 'refunds'])
    expect([what, Number(figures[what])]).not.toEqual([what, 0]);
  await database.close();
}, 300_000);
