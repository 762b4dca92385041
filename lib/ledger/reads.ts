import { and, asc, count, desc, eq, gte, inArray, lt, max, type SQL, sql } from 'drizzle-orm';
import { accounts, lines, transactions } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import type { Book } from './accounts.ts';

type Reader = Pick<Ctx, 'db'>;
const total = sql<string>`coalesce(sum(${lines.amountCents}), 0)`;

/** What an account stands at: debit positive. An account nobody has posted to is at zero. */
export async function balanceOf(ctx: Reader, account: string): Promise<Cents> {
  const [row] = await ctx.db.select({ total }).from(lines).where(eq(lines.accountId, account));
  return BigInt(row?.total ?? 0);
}

/** The sum of an account's lines in transactions of some kinds. */
export async function sumByKind(ctx: Reader, account: string, kinds: readonly string[]): Promise<Cents> {
  const [row] = await ctx.db
    .select({ total })
    .from(lines)
    .innerJoin(transactions, eq(transactions.id, lines.transactionId))
    .where(and(eq(lines.accountId, account), inArray(transactions.kind, [...kinds])));
  return BigInt(row?.total ?? 0);
}
