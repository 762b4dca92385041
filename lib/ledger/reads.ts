import { and, asc, desc, eq, gte, inArray, lt, min, or, sql } from 'drizzle-orm';
import { accounts, lines, transactions } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import type { Book } from './accounts.rules.ts';

type Reader = Pick<Ctx, 'db'>;
const total = sql<string>`coalesce(sum(${lines.amountCents}), 0)`;

/** What an account stands at: debit positive. An account nobody has posted to is at zero. */
export async function balanceOf(ctx: Reader, account: string): Promise<Cents> {
  const [row] = await ctx.db.select({ total }).from(lines).where(eq(lines.accountId, account));
  return BigInt(row?.total ?? 0);
}

/** The sum of an account's lines in transactions of some kinds, of one subject if named. */
export async function sumByKind(
  ctx: Reader,
  account: string,
  kinds: readonly string[],
  subject?: string,
): Promise<Cents> {
  const [row] = await ctx.db
    .select({ total })
    .from(lines)
    .innerJoin(transactions, eq(transactions.id, lines.transactionId))
    .where(
      and(
        eq(lines.accountId, account),
        inArray(transactions.kind, [...kinds]),
        subject === undefined ? undefined : eq(transactions.subject, subject),
      ),
    );
  return BigInt(row?.total ?? 0);
}

export type Movement = {
  transactionId: string;
  kind: string;
  subject: string;
  occurredAt: Date;
  amountCents: Cents;
  /** What the account stood at after it. */
  balanceCents: Cents;
  details: Record<string, unknown>;
  actorKind: string;
  actorId: string;
};

/** One page of an account, newest first, with the running balance; `from` and `to` bound the instants. */
export async function movementsOf(
  ctx: Reader,
  account: string,
  { from, to, limit = 50, offset = 0 }: { from?: Date; to?: Date; limit?: number; offset?: number } = {},
): Promise<Movement[]> {
  const running = ctx.db
    .select({
      transactionId: lines.transactionId,
      no: lines.no,
      occurredAt: lines.occurredAt,
      amountCents: lines.amountCents,
      balanceCents:
        sql<string>`sum(${lines.amountCents}) over (order by ${lines.occurredAt}, ${lines.no})`.as(
          'balance_cents',
        ),
    })
    .from(lines)
    .where(and(eq(lines.accountId, account), to && lt(lines.occurredAt, to)))
    .as('running');
  const rows = await ctx.db
    .select({
      transactionId: running.transactionId,
      kind: transactions.kind,
      subject: transactions.subject,
      occurredAt: running.occurredAt,
      amountCents: running.amountCents,
      balanceCents: running.balanceCents,
      details: transactions.details,
      actorKind: transactions.actorKind,
      actorId: transactions.actorId,
    })
    .from(running)
    .innerJoin(transactions, eq(transactions.id, running.transactionId))
    .where(from && gte(running.occurredAt, from))
    .orderBy(desc(running.occurredAt), desc(running.no))
    .limit(Math.min(limit, 5000))
    .offset(offset);
  return rows.map((row) => ({ ...row, balanceCents: BigInt(row.balanceCents) }));
}

/** How many movements an account has. */
export const countMovements = (ctx: Reader, account: string): Promise<number> =>
  ctx.db.$count(lines, eq(lines.accountId, account));

export type TrialRow = {
  kind: string;
  accountsCount: number;
  debitCents: Cents;
  creditCents: Cents;
  balanceCents: Cents;
};

/** Debits, credits and balance of each kind of account in a book; the balances sum to zero. */
export async function trialBalance(ctx: Reader, book: Book): Promise<TrialRow[]> {
  const rows = await ctx.db
    .select({
      kind: accounts.kind,
      accountsCount: sql<number>`count(distinct ${accounts.id})::int`,
      debit: sql<string>`coalesce(sum(${lines.amountCents}) filter (where ${lines.amountCents} > 0), 0)`,
      credit: sql<string>`coalesce(-sum(${lines.amountCents}) filter (where ${lines.amountCents} < 0), 0)`,
      total,
    })
    .from(accounts)
    .innerJoin(lines, eq(lines.accountId, accounts.id))
    .where(eq(accounts.book, book))
    .groupBy(accounts.kind)
    .orderBy(asc(accounts.kind));
  return rows.map(({ kind, accountsCount, debit, credit, total: balance }) => ({
    kind,
    accountsCount,
    debitCents: BigInt(debit),
    creditCents: BigInt(credit),
    balanceCents: BigInt(balance),
  }));
}

/** Accounts of a kind with what each stands at, the largest first. */
export async function balancesOfKind(
  ctx: Reader,
  { book, kind, limit = 50 }: { book: Book; kind: string; limit?: number },
): Promise<{ account: string; party: string | null; balanceCents: Cents }[]> {
  const rows = await ctx.db
    .select({ account: accounts.id, party: accounts.party, total })
    .from(accounts)
    .innerJoin(lines, eq(lines.accountId, accounts.id))
    .where(and(eq(accounts.book, book), eq(accounts.kind, kind)))
    .groupBy(accounts.id)
    .orderBy(desc(sql`abs(sum(${lines.amountCents}))`), asc(accounts.id))
    .limit(Math.min(limit, 500));
  return rows.map(({ account, party, total: balance }) => ({
    account,
    party,
    balanceCents: BigInt(balance),
  }));
}

export type Entry = {
  id: string;
  key: string;
  book: string;
  kind: string;
  subject: string;
  occurredAt: Date;
  recordedAt: Date;
  actorKind: string;
  actorId: string;
  details: Record<string, unknown>;
  lines: { account: string; amountCents: Cents }[];
};

/**
 * Whole transactions with all their lines, newest first: of one account ("clients:receivable:<id>"), of all accounts of
 * a kind ("clients:receivable"), of one kind of transaction, or about one subject.
 */
export async function entriesOf(
  ctx: Reader,
  which: { book: Book; account?: string; kinds?: readonly string[]; subject?: string },
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<Entry[]> {
  const touched =
    which.account === undefined
      ? undefined
      : inArray(
          transactions.id,
          ctx.db
            .select({ id: lines.transactionId })
            .from(lines)
            .innerJoin(accounts, eq(accounts.id, lines.accountId))
            .where(
              or(
                eq(accounts.id, which.account),
                sql`${accounts.book} || ':' || ${accounts.kind} = ${which.account}`,
              ),
            ),
        );
  const found = await ctx.db
    .select()
    .from(transactions)
    .where(
      and(
        eq(transactions.book, which.book),
        which.subject === undefined ? undefined : eq(transactions.subject, which.subject),
        which.kinds && inArray(transactions.kind, [...which.kinds]),
        touched,
      ),
    )
    .orderBy(desc(transactions.occurredAt), desc(transactions.id))
    .limit(Math.min(limit, 500))
    .offset(offset);
  if (found.length === 0) return [];
  const theirs = await ctx.db
    .select()
    .from(lines)
    .where(
      inArray(
        lines.transactionId,
        found.map(({ id }) => id),
      ),
    )
    .orderBy(asc(lines.position));
  return found.map(({ xid: _, requestHash: __, ...entry }) => ({
    ...entry,
    lines: theirs
      .filter((line) => line.transactionId === entry.id)
      .map(({ accountId, amountCents }) => ({ account: accountId, amountCents })),
  }));
}

/** When the first entry of a book happened; null while it is empty. */
export async function firstEntryAt(ctx: Reader, book: Book): Promise<Date | null> {
  const [row] = await ctx.db
    .select({ at: min(transactions.occurredAt) })
    .from(transactions)
    .where(eq(transactions.book, book));
  return row?.at ?? null;
}
