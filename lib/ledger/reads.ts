import { and, asc, desc, eq, gt, gte, inArray, lt, min, type SQL, sql } from 'drizzle-orm';
import { accounts, lines, transactions } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { keysetPages } from '#lib/kernel/keyset-pages.ts';
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

/** All movements of an account, oldest first, with the running balance, page by page: for files of any length. */
export async function* eachMovement(
  ctx: Reader,
  account: string,
  { from, to, pageSize = 1000 }: { from?: Date; to?: Date; pageSize?: number } = {},
): AsyncGenerator<Movement[]> {
  const [before] = from
    ? await ctx.db
        .select({ total })
        .from(lines)
        .where(and(eq(lines.accountId, account), lt(lines.occurredAt, from)))
    : [];
  let balanceCents = BigInt(before?.total ?? 0);
  type Row = Omit<Movement, 'balanceCents'> & { no: bigint };
  const pages = keysetPages<Row>(pageSize, (after) =>
    ctx.db
      .select({
        transactionId: lines.transactionId,
        kind: transactions.kind,
        subject: transactions.subject,
        occurredAt: lines.occurredAt,
        no: lines.no,
        amountCents: lines.amountCents,
        details: transactions.details,
        actorKind: transactions.actorKind,
        actorId: transactions.actorId,
      })
      .from(lines)
      .innerJoin(transactions, eq(transactions.id, lines.transactionId))
      .where(
        and(
          eq(lines.accountId, account),
          from && gte(lines.occurredAt, from),
          to && lt(lines.occurredAt, to),
          after && sql`(${lines.occurredAt}, ${lines.no}) > (${iso(after.occurredAt)}, ${after.no}::bigint)`,
        ),
      )
      .orderBy(asc(lines.occurredAt), asc(lines.no))
      .limit(pageSize),
  );
  for await (const page of pages)
    yield page.map(({ no: _, ...row }) => {
      balanceCents += row.amountCents;
      return { ...row, balanceCents };
    });
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
 * and what was posted since: what it costs does not grow with the book. As it was `before` an instant, it is that less what
 * happened from then on.
 */
export async function trialBalance(
  ctx: Reader,
  book: Book,
  { before }: { before?: Date } = {},
): Promise<TrialRow[]> {
  const sinceThen = sql`union all
      select split_part(its.account_id, ':', 2), -sum(cents) filter (where cents > 0), sum(cents) filter (where cents < 0)
      from ledger.transactions t cross join lateral (
        select l.account_id, l.amount_cents as cents from ledger.lines l where l.transaction_id = t.id offset 0
      ) its
      where t.book = ${book} and t.occurred_at >= ${before?.toISOString()}::timestamptz group by 1`;
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
      ${before ? sinceThen : sql``}
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
  { book, kind, limit = 50, offset = 0 }: { book: Book; kind: string; limit?: number; offset?: number },
): Promise<{ account: string; party: string | null; balanceCents: Cents }[]> {
  const rows = await ctx.db
    .select({ account: accounts.id, party: accounts.party, total })
    .from(accounts)
    .innerJoin(lines, eq(lines.accountId, accounts.id))
    .where(and(eq(accounts.book, book), eq(accounts.kind, kind)))
    .groupBy(accounts.id)
    .orderBy(desc(sql`abs(sum(${lines.amountCents}))`), asc(accounts.id))
    .limit(Math.min(limit, 500))
    .offset(offset);
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

export type EntriesAsked = {
  /** One book or several. */
  book: Book | readonly Book[];
  /** Accounts ("clients:receivable:<id>", "clients:revenue"), or all accounts of a kind that each party has ("clients:receivable"). */
  account?: string | readonly string[];
  /** Kinds of transaction. */
  kinds?: readonly string[];
  subject?: string;
  id?: string;
  /** What happened at `from` or later and before `to`. */
  from?: Date;
  to?: Date;
};

const several = <T extends string>(one: T | readonly T[]): readonly T[] =>
  typeof one === 'string' ? [one] : one;
const textArray = (values: readonly string[]) =>
  sql`array[${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )}]::text[]`;
const iso = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/** Lines on the accounts asked for. */
function onAccounts(account: SQL, asked: readonly string[]): SQL {
  const each = asked.map((id) =>
    parseAccountId(id) === null ? sql`${account} like ${`${id}:%`}` : sql`${account} = ${id}`,
  );
  return sql`(${sql.join(each, sql` or `)})`;
}

const inPeriod = (at: SQL, { from, to }: { from?: Date; to?: Date }) =>
  sql`${from ? sql`and ${at} >= ${iso(from)}` : sql``} ${to ? sql`and ${at} < ${iso(to)}` : sql``}`;

type Place = { at: Date; tie: string };

/** Ids of the transactions asked for in the order of their happening, with their places in it. */
async function findEntries(
  ctx: Reader,
  { book, account, kinds, subject, id, from, to }: EntriesAsked,
  {
    newestFirst,
    limit,
    offset = 0,
    after,
  }: { newestFirst: boolean; limit: number; offset?: number; after?: Place },
): Promise<(Place & { id: string })[]> {
  const asked = account === undefined ? [] : several(account);
  const [way, beyond] = newestFirst ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`];
  const isAlongAccounts =
    asked.length > 0 &&
    asked.every((one) => parseAccountId(one) !== null) &&
    (kinds ?? subject ?? id) === undefined;
  // Both go along an index from one end on and stop where the page ends.
  const rows = await ctx.db.execute<{ id: string; at: string; tie: string }>(
    isAlongAccounts
      ? // A transaction that touches these accounts twice is one entry.
        sql`select each.* from unnest(${textArray(asked)}) wanted (account) cross join lateral (
          select l.transaction_id as id, l.occurred_at::text as at, l.no::text as tie, l.occurred_at, l.no from ledger.lines l
          where l.account_id = wanted.account and l.book = any(${textArray(several(book))}) ${inPeriod(sql`l.occurred_at`, { from, to })}
            ${after ? sql`and (l.occurred_at, l.no) ${beyond} (${iso(after.at)}, ${after.tie}::bigint)` : sql``}
            and not exists (select from ledger.lines twin where twin.transaction_id = l.transaction_id
              and twin.account_id = any(${textArray(asked)}) and twin.position < l.position)
          order by l.occurred_at ${way}, l.no ${way} limit ${limit + offset}
        ) each order by each.occurred_at ${way}, each.no ${way} limit ${limit} offset ${offset}`
      : sql`select t.id, t.occurred_at::text as at, t.id::text as tie from ledger.transactions t
          where t.book = any(${textArray(several(book))}) ${inPeriod(sql`t.occurred_at`, { from, to })}
            ${kinds ? sql`and t.kind = any(${textArray(kinds)})` : sql``}
            ${subject === undefined ? sql`` : sql`and t.subject = ${subject}`}
            ${id === undefined ? sql`` : sql`and t.id = ${id}`}
            ${after ? sql`and (t.occurred_at, t.id) ${beyond} (${iso(after.at)}, ${after.tie}::uuid)` : sql``}
            ${asked.length ? sql`and exists (select from ledger.lines l where l.transaction_id = t.id and ${onAccounts(sql`l.account_id`, asked)})` : sql``}
          order by t.occurred_at ${way}, t.id ${way} limit ${limit} offset ${offset}`,
  );
  return rows.map((row) => ({ id: row.id, at: new Date(row.at), tie: row.tie }));
}

/** Whole transactions with all their lines, in the order of the ids. */
async function readWhole(ctx: Reader, ids: readonly string[]): Promise<Entry[]> {
  if (ids.length === 0) return [];
  const [found, theirs] = await Promise.all([
    ctx.db
      .select()
      .from(transactions)
      .where(inArray(transactions.id, [...ids])),
    ctx.db
      .select()
      .from(lines)
      .where(inArray(lines.transactionId, [...ids]))
      .orderBy(asc(lines.position)),
  ]);
  const linesOf = Map.groupBy(theirs, ({ transactionId }) => transactionId);
  const byId = new Map(found.map((row) => [row.id, row]));
  return ids.map((id) => {
    const { xid: _, requestHash: __, ...entry } = byId.get(id)!;
    const its = linesOf.get(id) ?? [];
    return {
      ...entry,
      lines: its.map(({ accountId, amountCents }) => ({ account: accountId, amountCents })),
    };
  });
}

/** One page of the transactions asked for, whole, newest first. */
export async function entriesOf(
  ctx: Reader,
  asked: EntriesAsked,
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<Entry[]> {
  const found = await findEntries(ctx, asked, { newestFirst: true, limit: Math.min(limit, 500), offset });
  return readWhole(
    ctx,
    found.map(({ id }) => id),
  );
}

/** All transactions asked for, whole, oldest first, page by page: for files of any length. */
export async function* eachEntry(
  ctx: Reader,
  asked: EntriesAsked,
  { pageSize = 500 }: { pageSize?: number } = {},
): AsyncGenerator<Entry[]> {
  const pages = keysetPages<Place & { id: string }>(pageSize, (after) =>
    findEntries(ctx, asked, { newestFirst: false, limit: pageSize, after }),
  );
  for await (const page of pages)
    yield await readWhole(
      ctx,
      page.map(({ id }) => id),
    );
}

/** What the transactions asked for have debited and credited to the accounts asked for. */
export async function turnoverOf(
  ctx: Reader,
  asked: EntriesAsked & { account: string | readonly string[] },
): Promise<{ debitCents: Cents; creditCents: Cents }> {
  const { kinds, subject, id, from, to } = asked;
  const accountIds = several(asked.account);
  const isBare = (kinds ?? subject ?? id) === undefined;
  const areKinds = accountIds.every((one) => !parseAccountId(one)?.party);
  // A whole kind since ever is what the trial balance says, and costs no more for an old book.
  if (isBare && areKinds && !from) {
    const trials = await Promise.all(
      several(asked.book).map((book) => trialBalance(ctx, book, { before: to })),
    );
    const rows = several(asked.book).flatMap((book, i) =>
      trials[i]!.filter(({ kind }) => accountIds.includes(`${book}:${kind}`)),
    );
    return {
      debitCents: rows.reduce((sum, row) => sum + row.debitCents, 0n),
      creditCents: rows.reduce((sum, row) => sum + row.creditCents, 0n),
    };
  }
  const sides = (amount: SQL) => sql`coalesce(sum(${amount}) filter (where ${amount} > 0), 0)::text as debit,
    coalesce(-sum(${amount}) filter (where ${amount} < 0), 0)::text as credit`;
  const inBooks = (book: SQL) => sql`${book} = any(${textArray(several(asked.book))})`;
  const isAlongAccounts = isBare && accountIds.every((one) => parseAccountId(one) !== null);
  const [row] = await ctx.db.execute<{ debit: string; credit: string }>(
    isAlongAccounts
      ? sql`select ${sides(sql`l.amount_cents`)} from ledger.lines l
          where l.account_id = any(${textArray(accountIds)}) and ${inBooks(sql`l.book`)} ${inPeriod(sql`l.occurred_at`, { from, to })}`
      : // Transaction by transaction: what it costs grows with the period, not with the book.
        sql`select ${sides(sql`its.amount_cents`)} from ledger.transactions t cross join lateral (
            select l.amount_cents from ledger.lines l
            where l.transaction_id = t.id and ${onAccounts(sql`l.account_id`, accountIds)} offset 0
          ) its
          where ${inBooks(sql`t.book`)} ${inPeriod(sql`t.occurred_at`, { from, to })}
            ${kinds ? sql`and t.kind = any(${textArray(kinds)})` : sql``}
            ${subject === undefined ? sql`` : sql`and t.subject = ${subject}`}
            ${id === undefined ? sql`` : sql`and t.id = ${id}`}`,
  );
  return { debitCents: BigInt(row!.debit), creditCents: BigInt(row!.credit) };
}

/** The parties that have an account of a kind, in the order of their ids, page by page. */
export async function* eachParty(
  ctx: Reader,
  { book, kind, pageSize = 500 }: { book: Book; kind: string; pageSize?: number },
): AsyncGenerator<string[]> {
  const prefix = `${book}:${kind}:`;
  const pages = keysetPages<{ id: string; party: string | null }>(pageSize, (after) =>
    ctx.db
      .select({ id: accounts.id, party: accounts.party })
      .from(accounts)
      .where(and(eq(accounts.book, book), eq(accounts.kind, kind), gt(accounts.id, after?.id ?? prefix)))
      .orderBy(asc(accounts.id))
      .limit(pageSize),
  );
  for await (const page of pages) yield page.map(({ party }) => party!);
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
