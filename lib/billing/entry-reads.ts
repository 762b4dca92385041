import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import {
  accountId,
  balancesOfKind,
  countMovements,
  type EntriesAsked,
  type Entry,
  eachEntry,
  eachMovement,
  entriesOf,
  type Movement,
  movementsOf,
  openBooks,
  parseAccountId,
  type TrialRow,
  trialBalance,
  turnoverOf,
} from '#lib/ledger/index.ts';
import { askedPeriod } from './asked-period.rules.ts';

type Page = { limit?: number; offset?: number };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const mostAccounts = 5;

/** Which entries, in the words of an address: every part narrows it, none means the whole journal. */
export type EntriesQuery = {
  book?: string;
  /** Of one book: "clients:receivable:<id>", "clients:revenue", or "clients:receivable" for the accounts of all parties. */
  accounts?: readonly string[];
  /** Everything about one order, document, bonus or refund. */
  subject?: string;
  /** One entry by its id. */
  entry?: string;
  /** A first and a last day ("2026-11-30"), or exact instants. */
  from?: string;
  to?: string;
};

function bookOf(account: string): (typeof openBooks)[number] {
  const parsed = parseAccountId(account) ?? parseAccountId(`${account}:${'0'.repeat(8)}`);
  const book = openBooks.find((each) => each === parsed?.book);
  const party = account.split(':')[2];
  if (!parsed || !book || (party !== undefined && !uuid.test(party))) throw new Refused('billing.not_found');
  return book;
}

type Asked = EntriesAsked & { account: readonly string[] | undefined };

async function parse(ctx: Ctx, query: EntriesQuery): Promise<Asked> {
  requireRole(ctx, 'manager', 'billing');
  const accounts = [...new Set(query.accounts?.filter(Boolean))];
  const books = [...new Set(accounts.map(bookOf))];
  const named = openBooks.find((book) => book === query.book);
  const notFound =
    accounts.length > mostAccounts ||
    books.length > 1 ||
    (query.book && !named) ||
    (query.subject && !uuid.test(query.subject)) ||
    (query.entry && !uuid.test(query.entry));
  if (notFound) throw new Refused('billing.not_found');
  const { from, to } = mustBe(askedPeriod(query, await readSetting(ctx, 'time_zone')));
  return {
    book: books[0] ?? named ?? openBooks,
    account: accounts.length > 0 ? accounts : undefined,
    subject: query.subject || undefined,
    id: query.entry || undefined,
    from,
    to,
  };
}

export type Entries = {
  accounts: readonly string[];
  from?: Date;
  to?: Date;
  entries: Entry[];
  /** What all of them, not only this page, have debited and credited to the accounts asked for. */
  turnover: { debitCents: Cents; creditCents: Cents } | null;
  /** A page of what the accounts of a kind stand at, the largest first, when a whole kind was asked for. */
  balances: { account: string; party: string | null; balanceCents: Cents }[];
};

/**
 * The entries behind a figure, newest first, and what they come to. Throws `Refused` billing.not_found for accounts that
 * cannot be, and billing.not_a_period.
 */
export async function readEntries(
  ctx: Ctx,
  query: EntriesQuery,
  page: Page & { partiesLimit?: number; partiesOffset?: number } = {},
): Promise<Entries> {
  const asked = await parse(ctx, query);
  const { account, from, to } = asked;
  const [only] = account?.length === 1 ? account : [];
  const isWholeKind = only && parseAccountId(only) === null && !page.offset;
  const isNarrowed = asked.subject ?? asked.id ?? from ?? to;
  const [book, kind] = (only ?? '').split(':');
  const [entries, turnover, balances] = await Promise.all([
    entriesOf(ctx, asked, page),
    account ? turnoverOf(ctx, { ...asked, account }) : null,
    isWholeKind && !isNarrowed
      ? balancesOfKind(ctx, {
          book: openBooks.find((each) => each === book)!,
          kind: kind!,
          limit: page.partiesLimit ?? 50,
          offset: page.partiesOffset,
        })
      : [],
  ]);
  return { accounts: account ?? [], from, to, entries, turnover, balances };
}

/**
 * The trial balance of both books as of the end of a day ("2026-10-31"), by when things happened. Throws `Refused`
 * billing.not_a_period.
 */
export async function trialBalanceAt(
  ctx: Ctx,
  day: string,
): Promise<Record<(typeof openBooks)[number], TrialRow[]>> {
  const { to: before } = await parse(ctx, { to: day });
  const [clients, people] = await Promise.all([
    trialBalance(ctx, 'clients', { before }),
    trialBalance(ctx, 'people', { before }),
  ]);
  return { clients, people };
}

/** All entries asked for, oldest first, page by page: a journal for accountants. It refuses as `readEntries` does. */
export async function* exportEntries(ctx: Ctx, query: EntriesQuery): AsyncGenerator<Entry[]> {
  yield* eachEntry(ctx, await parse(ctx, query));
}

type Account = { id: string /** Whether a credit is to the party's good. */; isOwedToThem: boolean };

// A client sees what they owe, a worker what they are owed.
function myClientAccount(ctx: Ctx): Account {
  requireRole(ctx, 'client');
  return { id: accountId('clients', 'receivable', ctx.actor.id), isOwedToThem: false };
}

function myWorkerAccount(ctx: Ctx): Account {
  requireRole(ctx, 'worker');
  return { id: accountId('people', 'payable', ctx.actor.id), isOwedToThem: true };
}

const turned = ({ isOwedToThem }: Account, rows: Movement[]): Movement[] =>
  isOwedToThem
    ? rows.map((row) => ({ ...row, amountCents: -row.amountCents, balanceCents: -row.balanceCents }))
    : rows;

async function pageOfMovements(
  ctx: Ctx,
  account: Account,
  page: Page,
): Promise<{ rows: Movement[]; total: number }> {
  const [rows, total] = await Promise.all([
    movementsOf(ctx, account.id, page),
    countMovements(ctx, account.id),
  ]);
  return { rows: turned(account, rows), total };
}

async function* allMovements(ctx: Ctx, account: Account): AsyncGenerator<Movement[]> {
  for await (const page of eachMovement(ctx, account.id)) yield turned(account, page);
}

/** A client's movements, newest first, with what they owe after each [US-250]. */
export async function myMovements(ctx: Ctx, page: Page = {}): Promise<{ rows: Movement[]; total: number }> {
  return pageOfMovements(ctx, myClientAccount(ctx), page);
}

/** All of them, oldest first, page by page [US-260]. */
export async function* exportMyMovements(ctx: Ctx): AsyncGenerator<Movement[]> {
  yield* allMovements(ctx, myClientAccount(ctx));
}

/** A worker's movements, newest first, with what they are owed after each: earnings, penalties, bonuses, payouts [US-250]. */
export async function myPayMovements(
  ctx: Ctx,
  page: Page = {},
): Promise<{ rows: Movement[]; total: number }> {
  return pageOfMovements(ctx, myWorkerAccount(ctx), page);
}

/** All of them, oldest first, page by page [US-260]. */
export async function* exportMyPayMovements(ctx: Ctx): AsyncGenerator<Movement[]> {
  yield* allMovements(ctx, myWorkerAccount(ctx));
}
