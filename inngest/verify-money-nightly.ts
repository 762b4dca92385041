import { type Ctx, uuidv7 } from '#lib/kernel/ctx.ts';
import { fileStore } from '#lib/kernel/file-store.ts';
import { books, keepVerification, sealBook } from '#lib/ledger/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import { schedule } from './policy.ts';

/** Reads everything again and keeps what it found under an id. */
export const verifyAndKeep = (id: string, askedById?: string) => async (ctx: Ctx) => {
  const report = await verifyMoney(ctx, { store: fileStore() });
  await keepVerification(ctx, { ...report, id }, askedById);
  return { problemsCount: report.problems.length };
};

/** Every night stragglers are sealed and everything is read again. */
export const verifyMoneyNightly = schedule(
  { id: 'verify-money-nightly', cron: '41 2 * * *' },
  async ({ act }) => {
    for (const [position, book] of books.entries())
      await act(`seal-${position}`, (ctx) => sealBook(ctx, { book, store: fileStore(), everything: true }));
    const id = await act('name', async ({ now }) => uuidv7(now));
    await act('verify', verifyAndKeep(id));
  },
);
