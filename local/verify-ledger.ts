import { join } from 'node:path';
import { connect } from '#db/client.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { folderStore } from '#lib/kernel/file-store.ts';
import { books } from '#lib/ledger/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import texts from '#messages/en/ledger.json' with { type: 'json' };
import { attachOrStartPostgres } from './verify-database.ts';

const usage = `Usage: npm run verify:ledger [-- --head "clients 120 3f9a…"] [--book NAME]
Checks the chain, the heads written down outside the database, balance, what waits for its seal, and billing against orders.
Looks at DATABASE_URL and FILES_DIR, or else at this machine's instance (MCF_DATA_DIR, .data).`;

/** A problem in words: "Book clients: entry 12 …". */
export function problemInWords({ code, params }: { code: string; params: Record<string, string> }): string {
  const text = (texts.problems as Record<string, string>)[code] ?? code;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const optionOf = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const asked = optionOf('--book');
  if (asked && !(books as readonly string[]).includes(asked)) {
    console.error(usage);
    return 1;
  }
  const dataDir = process.env.MCF_DATA_DIR ?? join(import.meta.dirname, '..', '.data');
  const store = folderStore(process.env.FILES_DIR ?? join(dataDir, 'files'));
  const database = await attachOrStartPostgres(dataDir);
  const { db, close } = connect(database.url, { maxConnections: 2 });
  try {
    const report = await verifyMoney(createCtx(db, { kind: 'system', id: 'verify-ledger' }), {
      books,
      store,
      head: optionOf('--head'),
    });
    // Every book is checked; one that keeps to itself is spoken of to who names it.
    const isNamed = (book: string) => ['clients', 'people', asked].includes(book);
    for (const { book, transactionsCount, sealedCount, anchorsCount, head } of report.books)
      if (isNamed(book))
        console.log(
          `Book ${book}: ${transactionsCount} entries, ${sealedCount} sealed, ${anchorsCount} heads outside the database` +
            (head ? `; head: ${book} ${sealedCount} ${head}` : ''),
        );
    console.log(`Orders billed: ${report.ordersCount}`);
    const told = report.problems.filter(({ params }) => !params.book || isNamed(params.book));
    const untold = report.problems.length - told.length;
    for (const problem of told) console.log(`WRONG: ${problemInWords(problem)}`);
    if (untold) console.log(`WRONG: A book that is not named here is wrong in ${untold} places.`);
    console.log(report.problems.length ? `${report.problems.length} problems.` : 'Nothing is wrong.');
    return report.problems.length ? 1 : 0;
  } finally {
    await close();
    await database.stop();
  }
}

if (import.meta.main) process.exit(await main());
