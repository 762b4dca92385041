import { and, asc, desc, eq, getTableColumns, gt, gte, inArray, lt, min, sql } from 'drizzle-orm';
import { accounts, lines, transactions } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { type Book, parseAccountId } from './accounts.rules.ts';
import { stragglers } from './seal-book.ts';

type Reader = Pick<Ctx, 'db'>;
const total = sql<string>`coalesce(sum(${lines.amountCents}), 0)`;

/** What an account stands at: debit positive. An account nobody has posted to is at zero. */
export async function balanceOf(ctx: Reader, account: string): Promise<Cents> {
  const [row] = await ctx.db.select({ total }).from(lines).where(eq(lines.accountId, account));
  return BigInt(row?.total ?? 0);
}

/** The sum of an account's lines in transactions of some kinds, of one subject if named; `side` spares looking at the others. */
export async function sumByKind(
  ctx: Reader,
  account: string,
  kinds: readonly string[],
  { subject, side }: { subject?: string; side?: 'debit' | 'credit' } = {},
): Promise<Cents> {
  const [row] = await ctx.db
    .select({ total })
    .from(lines)
    .innerJoin(transactions, eq(transactions.id, lines.transactionId))
    .where(
      and(
        eq(lines.accountId, account),
        side && (side === 'debit' ? gt(lines.amountCents, 0n) : lt(lines.amountCents, 0n)),
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
  const upTo = and(eq(lines.accountId, account), to && lt(lines.occurredAt, to));
  const page = ctx.db.$with('page').as(
    ctx.db
      .select({ occurredAt: lines.occurredAt, no: lines.no, amountCents: lines.amountCents })
      .from(lines)
      .where(and(upTo, from && gte(lines.occurredAt, from)))
      .orderBy(desc(lines.occurredAt), desc(lines.no))
      .limit(Math.min(limit, 5000))
      .offset(offset),
  );
  // What it stood at after the newest row of the page: one sum, read from the index alone. Only the rows of the page are
  // looked up, and each balance is the one above it less what that row has moved.
  const newest = sql`(select ${page.occurredAt}, ${page.no} from ${page} order by 1 desc, 2 desc limit 1)`;
  const stood = sql`(select coalesce(sum(upto.amount_cents), 0) from ${lines} upto
    where upto.account_id = ${account} and (upto.occurred_at, upto.no) <= ${newest})`;
  const since = sql`coalesce(sum(${page.amountCents}) over (order by ${page.occurredAt} desc, ${page.no} desc
    rows between unbounded preceding and 1 preceding), 0)`;
  const rows = await ctx.db
    .with(page)
    .select({
      transactionId: lines.transactionId,
      kind: transactions.kind,
      subject: transactions.subject,
      occurredAt: lines.occurredAt,
      amountCents: lines.amountCents,
      balanceCents: sql<string>`${stood} - ${since}`,
      details: transactions.details,
      actorKind: transactions.actorKind,
      actorId: transactions.actorId,
    })
    .from(page)
    .innerJoin(
      lines,
      and(eq(lines.accountId, account), eq(lines.occurredAt, page.occurredAt), eq(lines.no, page.no)),
    )
    .innerJoin(transactions, eq(transactions.id, lines.transactionId))
    .orderBy(desc(lines.occurredAt), desc(lines.no));
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

/**
 * Debits, credits and balance of each kind of account in a book; the balances sum to zero. The totals kept at the last seal,
 * and what was posted since: what it costs does not grow with the book.
 */
export async function trialBalance(ctx: Reader, book: Book): Promise<TrialRow[]> {
  const rows = await ctx.db.execute<{
    kind: string;
    accounts_count: number;
    debit: string;
    credit: string;
  }>(sql`
    with kept as (
      select distinct on (kind) kind, debit_cents as debit, credit_cents as credit
      from ledger.snapshots where book = ${book} order by kind, seq desc
    ), head as (
      select max(t.recorded_at) as at from ledger.seals s join ledger.transactions t on t.id = s.transaction_id
      where s.book = ${book} and s.seq = (select max(seq) from ledger.seals where book = ${book})
    ), later as (
      select a.kind, l.amount_cents as cents
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id join ledger.accounts a on a.id = l.account_id
      where t.book = ${book} and t.recorded_at >= coalesce((select at from head) - ${stragglers}, '-infinity')
        and not exists (select from ledger.seals s where s.transaction_id = t.id)
    ), moved as (
      select kind, debit, credit from kept
      union all select kind, sum(cents) filter (where cents > 0), -sum(cents) filter (where cents < 0) from later group by kind
    )
    select kind, coalesce(sum(debit), 0) as debit, coalesce(sum(credit), 0) as credit,
      (select count(*)::int from ledger.accounts a where a.book = ${book} and a.kind = moved.kind) as accounts_count
    from moved group by kind order by kind`);
  return rows.map(({ kind, accounts_count, debit, credit }) => ({
    kind,
    accountsCount: accounts_count,
    debitCents: BigInt(debit),
    creditCents: BigInt(credit),
    balanceCents: BigInt(debit) - BigInt(credit),
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

// A transaction that touches an account twice is one entry.
const firstOfItsAccount = sql`not exists (select from ${lines} twin where twin.transaction_id = ${lines.transactionId}
  and twin.account_id = ${lines.accountId} and twin.position < ${lines.position})`;

/**
 * Whole transactions with all their lines, newest first: of one account ("clients:receivable:<id>"), of all accounts of
 * a kind ("clients:receivable"), of one kind of transaction, or about one subject.
 */
export async function entriesOf(
  ctx: Reader,
  which: { book: Book; account?: string; kinds?: readonly string[]; subject?: string },
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<Entry[]> {
  const { account } = which;
  const isOne = account !== undefined && parseAccountId(account) !== null;
  const asked = and(
    eq(transactions.book, which.book),
    which.subject === undefined ? undefined : eq(transactions.subject, which.subject),
    which.kinds && inArray(transactions.kind, [...which.kinds]),
  );
  const newestFirst = [desc(transactions.occurredAt), desc(transactions.id)];
  // Both go along an index from the newest on, and stop where the page ends.
  const found = await (isOne
    ? ctx.db
        .select(getTableColumns(transactions))
        .from(lines)
        .innerJoin(transactions, eq(transactions.id, lines.transactionId))
        .where(and(eq(lines.accountId, account), asked, firstOfItsAccount))
        .orderBy(desc(lines.occurredAt), desc(lines.transactionId))
        .limit(Math.min(limit, 500))
        .offset(offset)
    : ctx.db
        .select()
        .from(transactions)
        .where(
          and(
            asked,
            account === undefined
              ? undefined
              : sql`exists (select from ${lines} l where l.transaction_id = ${transactions.id}
                  and l.account_id like ${`${account}:%`})`,
          ),
        )
        // Accounts of parties are in nearly every entry of a book: those come in the order of their recording.
        .orderBy(
          ...(account === undefined ? newestFirst : [desc(transactions.recordedAt), desc(transactions.id)]),
        )
        .limit(Math.min(limit, 500))
        .offset(offset));
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

type BookFigures = {
  book: Book;
  /** How long the oldest entry without a seal has waited; zero when none does. */
  unsealedAgeSeconds: number;
  /** When the head was sealed, which is when it was last written down outside; null while nothing is. */
  sealedAt: Date | null;
  entriesLastMinute: number;
  /** Zero, always. */
  sumCents: Cents;
};

/** What a watcher of the books asks every minute; it costs the same for a young and an old book. */
export async function bookFigures(ctx: Reader, book: Book): Promise<BookFigures> {
  const [[row], trial] = await Promise.all([
    ctx.db.execute<{ waiting: string | null; sealed_at: string | null; n: string }>(sql`
      with head as (
        select s.sealed_at, t.recorded_at from ledger.seals s join ledger.transactions t on t.id = s.transaction_id
        where s.book = ${book} order by s.seq desc limit 1
      )
      select (select sealed_at::text from head) as sealed_at,
        (select extract(epoch from clock_timestamp() - min(t.recorded_at)) from ledger.transactions t
          where t.book = ${book}
            and t.recorded_at >= coalesce((select recorded_at - ${stragglers} from head), '-infinity')
            and not exists (select from ledger.seals s where s.transaction_id = t.id)) as waiting,
        (select count(*) from ledger.transactions t
          where t.book = ${book} and t.recorded_at > clock_timestamp() - interval '1 minute') as n`),
    trialBalance(ctx, book),
  ]);
  return {
    book,
    unsealedAgeSeconds: Math.round(Number(row?.waiting ?? 0)),
    sealedAt: row?.sealed_at ? new Date(row.sealed_at) : null,
    entriesLastMinute: Number(row?.n ?? 0),
    sumCents: trial.reduce((sum, { balanceCents }) => sum + balanceCents, 0n),
  };
}
