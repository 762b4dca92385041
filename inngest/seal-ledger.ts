import { fileStore } from '#lib/kernel/file-store.ts';
import { books, sealBook } from '#lib/ledger/index.ts';
import { schedule } from './policy.ts';

/** Every five minutes what was posted is chained and the heads are written down outside the database, book by book. */
export const sealLedger = schedule({ id: 'seal-ledger', cron: '*/5 * * * *' }, async ({ act }) => {
  for (const [position, book] of books.entries())
    await act(`seal-${position}`, (ctx) => sealBook(ctx, { book, store: fileStore() }));
});
