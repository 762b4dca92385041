import { inArray, sql } from 'drizzle-orm';
import { lines, transactions } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import type { Book } from './accounts.rules.ts';

export type LedgerReport = {
  books: { book: Book; transactionsCount: number; sumCents: Cents }[];
  /** What is wrong and where; empty when all is well, at most 100. */
  problems: {
    book: string;
    transactionId: string | null;
    what: 'unbalanced' | 'too_few_lines' | 'book_not_zero';
  }[];
};

const seen = ['clients', 'people'] as const;

/** Checks that every transaction has two lines or more that sum to zero, and that each book does. Reads everything. */
export async function verifyLedger(ctx: Pick<Ctx, 'db'>): Promise<LedgerReport> {
  const counted = await ctx.db
    .select({ book: transactions.book, n: sql<number>`count(*)::int` })
    .from(transactions)
    .where(inArray(transactions.book, [...seen]))
    .groupBy(transactions.book);
  const sums = await ctx.db
    .select({ book: lines.book, sum: sql<string>`sum(${lines.amountCents})` })
    .from(lines)
    .where(inArray(lines.book, [...seen]))
    .groupBy(lines.book);
  const wrong = await ctx.db.execute<{ id: string; book: string; n: string; total: string }>(sql`
    select t.id, t.book, count(l.position) as n, coalesce(sum(l.amount_cents), 0) as total
    from ledger.transactions t left join ledger.lines l on l.transaction_id = t.id
    where t.book in ('clients', 'people')
    group by t.id having count(l.position) < 2 or coalesce(sum(l.amount_cents), 0) <> 0
    order by t.id limit 100`);
  const books = seen.map((book) => ({
    book,
    transactionsCount: counted.find((row) => row.book === book)?.n ?? 0,
    sumCents: BigInt(sums.find((row) => row.book === book)?.sum ?? 0),
  }));
  return {
    books,
    problems: [
      ...books
        .filter(({ sumCents }) => sumCents !== 0n)
        .map(({ book }) => ({ book, transactionId: null, what: 'book_not_zero' as const })),
      ...wrong.map(({ id, book, n }) => ({
        book,
        transactionId: id,
        what: Number(n) < 2 ? ('too_few_lines' as const) : ('unbalanced' as const),
      })),
    ],
  };
}
