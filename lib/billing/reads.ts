import { and, asc, count, desc, eq, ilike, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import {
  attempts,
  bonusProposals,
  invoices,
  items,
  pauses,
  paymentMethods,
  payoutAccounts,
  payoutChanges,
  periodCloses,
  statements,
} from '#db/schema/billing.ts';
import { type Ctx, hasRole, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import {
  accountId,
  balanceOf,
  entriesOf,
  parseAccountId,
  type TrialRow,
  trialBalance,
} from '#lib/ledger/index.ts';
import { earliestOpen } from './close-page.ts';
import { loyaltyPercentFor, nextLoyaltyStep } from './loyalty.rules.ts';
import { paidInTotal } from './loyalty-percent.ts';
import { hashToken } from './make-payout-link.ts';
import { maskAccount, mayConfirm } from './payout-details.rules.ts';
import { type PeriodKind, periodAt } from './periods.rules.ts';
import { givenBackOf, listParked, type Refund, refundsOf } from './refund-reads.ts';

export type Invoice = typeof invoices.$inferSelect;
export type Statement = typeof statements.$inferSelect;
export type Item = typeof items.$inferSelect;
export type Attempt = typeof attempts.$inferSelect;
export type PaymentMethod = Omit<typeof paymentMethods.$inferSelect, 'token'> & { isReady: boolean };
/** `isWaiting`: an earlier period of its kind is not closed yet. */
export type PeriodClose = typeof periodCloses.$inferSelect & { doneCount: number; isWaiting: boolean };
export type DocumentState = Invoice['state'];
export const documentStates = invoices.state.enumValues;

type Page = { limit?: number; offset?: number };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Lines of a running week or month that are shown; what they come to is summed by the database, over all of them. */
const mostItems = 500;

const openItems = (ctx: Ctx, purpose: Item['purpose'], partyId: string) =>
  ctx.db
    .select()
    .from(items)
    .where(and(eq(items.purpose, purpose), eq(items.partyId, partyId), isNull(items.documentId)))
    .orderBy(desc(items.occurredAt), desc(items.no))
    .limit(mostItems);

/** What is not on a document yet, by kind. */
async function openSums(ctx: Ctx, purpose: Item['purpose'], partyId: string) {
  const rows = await ctx.db
    .select({ kind: items.kind, n: count(), cents: sql<string>`sum(${items.amountCents})` })
    .from(items)
    .where(and(eq(items.purpose, purpose), eq(items.partyId, partyId), isNull(items.documentId)))
    .groupBy(items.kind);
  return {
    itemsCount: rows.reduce((total, { n }) => total + n, 0),
    /** Of these kinds, or of all. */
    centsOf: (...kinds: string[]): Cents =>
      rows.reduce(
        (total, { kind, cents }) => (kinds.length && !kinds.includes(kind) ? total : total + BigInt(cents)),
        0n,
      ),
  };
}

const itemsOf = (ctx: Ctx, documentId: string) =>
  ctx.db
    .select()
    .from(items)
    .where(eq(items.documentId, documentId))
    .orderBy(asc(items.occurredAt), asc(items.no));

const attemptsFor = (ctx: Ctx, purpose: Attempt['purpose'], documentId: string) =>
  ctx.db
    .select()
    .from(attempts)
    .where(and(eq(attempts.purpose, purpose), eq(attempts.documentId, documentId)))
    .orderBy(desc(attempts.attemptNo))
    .limit(100);

export type ClientAccount = {
  /** What is charged at the end of this week, with what it is made of. */
  dueCents: Cents;
  dueAt: Date;
  period: string;
  /** The newest of them, at most 500; `itemsCount` is how many there are. */
  items: Item[];
  itemsCount: number;
  /** Everything owed, invoiced or not. */
  balanceCents: Cents;
  paidCents: Cents;
  loyaltyPercent: number;
  nextLoyaltyStep: { percent: number; remainingCents: Cents } | null;
};

/** What a client owes at the end of the week, from what, and how near the next discount is [US-250][US-040]. */
export async function myAccount(ctx: Ctx): Promise<ClientAccount> {
  requireRole(ctx, 'client');
  const [open, sums, balanceCents, paidCents, zone] = await Promise.all([
    openItems(ctx, 'invoice', ctx.actor.id),
    openSums(ctx, 'invoice', ctx.actor.id),
    balanceOf(ctx, accountId('clients', 'receivable', ctx.actor.id)),
    paidInTotal(ctx, ctx.actor.id),
    readSetting(ctx, 'time_zone'),
  ]);
  const week = periodAt('week', ctx.now, zone);
  return {
    dueCents: sums.centsOf(),
    dueAt: week.to,
    period: week.period,
    items: open,
    itemsCount: sums.itemsCount,
    balanceCents,
    paidCents,
    loyaltyPercent: loyaltyPercentFor(paidCents),
    nextLoyaltyStep: nextLoyaltyStep(paidCents),
  };
}

/** A client's invoices, newest first, with the latest attempt of each [US-260]. */
export async function myInvoices(
  ctx: Ctx,
  { limit = 20, offset = 0 }: Page = {},
): Promise<{ rows: WithAttempt<Invoice>[]; total: number }> {
  requireRole(ctx, 'client');
  const mine = eq(invoices.clientId, ctx.actor.id);
  const [rows, total] = await Promise.all([
    ctx.db.select().from(invoices).where(mine).orderBy(desc(invoices.number)).limit(limit).offset(offset),
    ctx.db.$count(invoices, mine),
  ]);
  return { rows: await withLastAttempt(ctx, rows), total };
}

/** A client's invoices that could not be paid, the oldest first; at most 20. */
export async function myFailedInvoices(ctx: Ctx): Promise<WithAttempt<Invoice>[]> {
  requireRole(ctx, 'client');
  const rows = await ctx.db
    .select()
    .from(invoices)
    .where(and(eq(invoices.clientId, ctx.actor.id), eq(invoices.state, 'failed')))
    .orderBy(asc(invoices.number))
    .limit(20);
  return withLastAttempt(ctx, rows);
}

/** One invoice with its lines and attempts: the client's own, or any for managers. Throws `Refused` billing.not_found. */
export async function readInvoice(
  ctx: Ctx,
  invoiceId: string,
): Promise<{
  invoice: Invoice;
  items: Item[];
  attempts: Attempt[];
  refunds: Refund[];
  /** What managers could still give back of it. */
  leftCents: Cents;
}> {
  requireRole(ctx, 'client', 'manager', 'billing');
  const [invoice] = uuid.test(invoiceId)
    ? await ctx.db.select().from(invoices).where(eq(invoices.id, invoiceId))
    : [];
  if (!invoice || !mayRead(ctx, invoice.clientId)) throw new Refused('billing.not_found');
  const [lines, tries, refunds, givenCents] = await Promise.all([
    itemsOf(ctx, invoiceId),
    attemptsFor(ctx, 'charge', invoiceId),
    refundsOf(ctx, invoiceId),
    givenBackOf(ctx, invoiceId),
  ]);
  const leftCents = invoice.state === 'paid' ? invoice.amountCents - givenCents : 0n;
  return { invoice, items: lines, attempts: tries, refunds, leftCents };
}

const mayRead = (ctx: Ctx, ownerId: string) =>
  ctx.actor.id === ownerId || hasRole(ctx, 'manager') || hasRole(ctx, 'billing');

/** A client's methods of payment, without tokens. Refused ones are shown until there is another. */
export async function myPaymentMethods(ctx: Ctx): Promise<PaymentMethod[]> {
  requireRole(ctx, 'client');
  const rows = await ctx.db
    .select()
    .from(paymentMethods)
    .where(eq(paymentMethods.clientId, ctx.actor.id))
    .orderBy(asc(paymentMethods.createdAt))
    .limit(50);
  return rows.map(({ token, ...method }) => ({ ...method, isReady: token !== null }));
}

/** Whether a client may request nothing new: an invoice failed for good, and nobody has decided yet. */
export async function isPaused(ctx: Pick<Ctx, 'db'>, clientId: string): Promise<boolean> {
  const open = and(eq(pauses.clientId, clientId), isNull(pauses.decidedAt));
  const [row] = await ctx.db.select({ id: pauses.invoiceId }).from(pauses).where(open).limit(1);
  return row !== undefined;
}

/** The invoices because of which the client may request nothing new; none when they may. */
export async function myPauses(
  ctx: Ctx,
): Promise<Pick<Invoice, 'id' | 'number' | 'amountCents' | 'state'>[]> {
  requireRole(ctx, 'client');
  return ctx.db
    .select({
      id: invoices.id,
      number: invoices.number,
      amountCents: invoices.amountCents,
      state: invoices.state,
    })
    .from(pauses)
    .innerJoin(invoices, eq(invoices.id, pauses.invoiceId))
    .where(and(eq(pauses.clientId, ctx.actor.id), isNull(pauses.decidedAt)))
    .orderBy(asc(invoices.number))
    .limit(20);
}

export type Pause = typeof pauses.$inferSelect & { invoice: WithAttempt<Invoice> };

/** Clients who wait for a manager's decision, or with `decided` those about whom one was made, the latest first. */
export async function listPauses(
  ctx: Ctx,
  { decided = false, limit = 50, offset = 0 }: Page & { decided?: boolean } = {},
): Promise<{ rows: Pause[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which = decided ? isNotNull(pauses.decidedAt) : isNull(pauses.decidedAt);
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(pauses)
      .where(which)
      .orderBy(desc(decided ? pauses.decidedAt : pauses.pausedAt), asc(pauses.invoiceId))
      .limit(limit)
      .offset(offset),
    ctx.db.$count(pauses, which),
  ]);
  if (rows.length === 0) return { rows: [], total };
  const found = await ctx.db
    .select()
    .from(invoices)
    .where(
      inArray(
        invoices.id,
        rows.map(({ invoiceId }) => invoiceId),
      ),
    );
  const byId = new Map((await withLastAttempt(ctx, found)).map((invoice) => [invoice.id, invoice]));
  return { rows: rows.map((row) => ({ ...row, invoice: byId.get(row.invoiceId)! })), total };
}

/** Where a worker is paid to, masked, and the change that waits for the link in their mail. */
export async function myPayoutDetails(ctx: Ctx): Promise<{
  account: string | null;
  name: string | null;
  /** Golden Hat would open no account: another is needed. */
  isRefused: boolean;
  waiting: { account: string; expiresAt: Date } | null;
}> {
  requireRole(ctx, 'worker');
  const [[current], [latest]] = await Promise.all([
    ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.workerId, ctx.actor.id)),
    ctx.db
      .select()
      .from(payoutChanges)
      .where(eq(payoutChanges.workerId, ctx.actor.id))
      .orderBy(desc(payoutChanges.requestedAt))
      .limit(1),
  ]);
  return {
    account: current?.account ? maskAccount(current.account) : null,
    name: current?.name ?? null,
    isRefused: current !== undefined && current.account === null && current.refusalsCount > 0,
    waiting:
      latest && mayConfirm(latest, ctx.now)
        ? { account: maskAccount(latest.account), expiresAt: latest.expiresAt }
        : null,
  };
}

/** The change of payout details behind a mailed link, masked; null when it cannot be confirmed by this worker any more. */
export async function readPayoutChange(
  ctx: Ctx,
  token: string,
): Promise<{ account: string; name: string } | null> {
  requireRole(ctx, 'worker');
  const [change] = await ctx.db
    .select()
    .from(payoutChanges)
    .where(and(eq(payoutChanges.tokenHash, hashToken(token)), eq(payoutChanges.workerId, ctx.actor.id)));
  if (!change || !mayConfirm(change, ctx.now)) return null;
  return { account: maskAccount(change.account), name: change.name };
}

export type WorkerMoney = {
  period: string;
  from: Date;
  to: Date;
  /** Not on a statement yet, newest first, at most 500; `itemsCount` is how many there are. */
  items: Item[];
  itemsCount: number;
  earnedCents: Cents;
  finedCents: Cents;
  bonusCents: Cents;
  /** Zero or less: payouts that arrived twice, less what came back of them. */
  takenBackCents: Cents;
  /** Zero or less: what earlier negative months left. */
  carriedCents: Cents;
  /** What the next statement would say now. */
  expectedCents: Cents;
  /** What the company owes in all; negative when the worker owes. */
  balanceCents: Cents;
  /** A page of them, newest first. */
  statements: WithAttempt<Statement>[];
  statementsCount: number;
  /** Those whose payout came back, the newest first; at most 12. */
  failedStatements: WithAttempt<Statement>[];
  hasPayoutAccount: boolean;
};

const doubledKinds = ['payout_confirmed_again', 'payout_confirmed_twice', 'payout_returned'];
const fineKinds = ['worker_fined', 'penalty_waived'];

/** What a worker earned and was fined this month, line by line, and their statements [US-250][US-260]. */
export async function myMoney(ctx: Ctx, { limit = 12, offset = 0 }: Page = {}): Promise<WorkerMoney> {
  requireRole(ctx, 'worker');
  const workerId = ctx.actor.id;
  const mine = eq(statements.workerId, workerId);
  const newest = (where: SQL | undefined, page: Required<Page>) =>
    ctx.db
      .select()
      .from(statements)
      .where(where)
      .orderBy(desc(statements.toAt))
      .limit(page.limit)
      .offset(page.offset);
  const [open, sums, payable, zone, shown, statementsCount, failed, [carried], account] = await Promise.all([
    openItems(ctx, 'statement', workerId),
    openSums(ctx, 'statement', workerId),
    balanceOf(ctx, accountId('people', 'payable', workerId)),
    readSetting(ctx, 'time_zone'),
    newest(mine, { limit, offset }),
    ctx.db.$count(statements, mine),
    newest(and(mine, eq(statements.state, 'failed')), { limit: 12, offset: 0 }),
    ctx.db
      .select({ cents: sql<string>`coalesce(sum(${statements.amountCents}), 0)` })
      .from(statements)
      .where(
        and(
          mine,
          eq(statements.state, 'carried_over'),
          sql`not exists (select from ${statements} later where later.carried_from_id = ${statements}.id)`,
        ),
      ),
    ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.workerId, workerId)),
  ]);
  const carriedCents = BigInt(carried!.cents);
  return {
    ...periodAt('month', ctx.now, zone),
    items: open,
    itemsCount: sums.itemsCount,
    earnedCents: sums.centsOf('worker_earned'),
    finedCents: sums.centsOf(...fineKinds),
    bonusCents: sums.centsOf('bonus_given'),
    takenBackCents: sums.centsOf(...doubledKinds),
    carriedCents,
    expectedCents: sums.centsOf() + carriedCents,
    balanceCents: -payable,
    statements: await withLastAttempt(ctx, shown),
    statementsCount,
    failedStatements: await withLastAttempt(ctx, failed),
    hasPayoutAccount: Boolean(account[0]?.account),
  };
}

/** One statement with its lines and attempts: the worker's own, or any for managers. Throws `Refused` billing.not_found. */
export async function readStatement(
  ctx: Ctx,
  statementId: string,
): Promise<{ statement: Statement; items: Item[]; attempts: Attempt[]; account: string | null }> {
  requireRole(ctx, 'worker', 'manager', 'billing');
  const [statement] = uuid.test(statementId)
    ? await ctx.db.select().from(statements).where(eq(statements.id, statementId))
    : [];
  if (!statement || !mayRead(ctx, statement.workerId)) throw new Refused('billing.not_found');
  const [lines, tries, [account]] = await Promise.all([
    itemsOf(ctx, statementId),
    attemptsFor(ctx, 'payout', statementId),
    ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.workerId, statement.workerId)),
  ]);
  return {
    statement,
    items: lines,
    attempts: tries,
    account: account?.account ? maskAccount(account.account) : null,
  };
}

export type BillingOverview = {
  clients: TrialRow[];
  people: TrialRow[];
  invoices: Record<DocumentState, { count: number; amountCents: Cents }>;
  statements: Record<DocumentState, { count: number; amountCents: Cents }>;
  closes: PeriodClose[];
  pausesCount: number;
  /** Movements of money without an answer from their partner. */
  parkedCount: number;
};

/** The state of the money at a glance: trial balance of both books, documents by state, the latest closes. */
export async function billingOverview(ctx: Ctx): Promise<BillingOverview> {
  requireRole(ctx, 'manager', 'billing');
  const [clients, people, byInvoice, byStatement, closes, pausesCount, parked] = await Promise.all([
    trialBalance(ctx, 'clients'),
    trialBalance(ctx, 'people'),
    byState(ctx, invoices),
    byState(ctx, statements),
    latestCloses(ctx),
    ctx.db.$count(pauses, isNull(pauses.decidedAt)),
    listParked(ctx, { limit: 1 }),
  ]);
  return {
    clients,
    people,
    invoices: byInvoice,
    statements: byStatement,
    closes,
    pausesCount,
    parkedCount: parked.total,
  };
}

async function byState(
  ctx: Ctx,
  table: typeof invoices | typeof statements,
): Promise<Record<DocumentState, { count: number; amountCents: Cents }>> {
  const rows = await ctx.db
    .select({ state: table.state, n: count(), total: sql<string>`sum(${table.amountCents})` })
    .from(table as typeof invoices)
    .groupBy(table.state);
  return Object.fromEntries(
    documentStates.map((state) => {
      const row = rows.find((found) => found.state === state);
      return [state, { count: row?.n ?? 0, amountCents: BigInt(row?.total ?? 0) }];
    }),
  ) as Record<DocumentState, { count: number; amountCents: Cents }>;
}

async function latestCloses(ctx: Ctx): Promise<PeriodClose[]> {
  const [rows, week, month] = await Promise.all([
    ctx.db
      .select()
      .from(periodCloses)
      .orderBy(desc(periodCloses.requestedAt), desc(periodCloses.period))
      .limit(10),
    earliestOpen(ctx, 'week'),
    earliestOpen(ctx, 'month'),
  ]);
  const first = { week: week?.period ?? '', month: month?.period ?? '' };
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      isWaiting: row.finishedAt === null && row.period > first[row.kind],
      doneCount: await (row.kind === 'week'
        ? ctx.db.$count(invoices, eq(invoices.period, row.period))
        : ctx.db.$count(statements, eq(statements.period, row.period))),
    })),
  );
}

export type WithAttempt<D> = D & { lastAttempt: Attempt | null };

/** Invoices of all clients, newest first, with the latest attempt of each. */
export async function listInvoices(
  ctx: Ctx,
  { state, limit = 50, offset = 0 }: Page & { state?: DocumentState } = {},
): Promise<{ rows: WithAttempt<Invoice>[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which = state && eq(invoices.state, state);
  const [rows, total] = await Promise.all([
    ctx.db.select().from(invoices).where(which).orderBy(desc(invoices.number)).limit(limit).offset(offset),
    ctx.db.$count(invoices, which),
  ]);
  return { rows: await withLastAttempt(ctx, rows), total };
}

/** Statements of all workers, newest first, with the latest attempt of each. */
export async function listStatements(
  ctx: Ctx,
  { state, limit = 50, offset = 0 }: Page & { state?: DocumentState } = {},
): Promise<{ rows: WithAttempt<Statement>[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which: SQL | undefined = state && eq(statements.state, state);
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(statements)
      .where(which)
      .orderBy(desc(statements.issuedAt), desc(statements.id))
      .limit(limit)
      .offset(offset),
    ctx.db.$count(statements, which),
  ]);
  return { rows: await withLastAttempt(ctx, rows), total };
}

async function withLastAttempt<D extends { id: string }>(ctx: Ctx, rows: D[]): Promise<WithAttempt<D>[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const last = await ctx.db
    .selectDistinctOn([attempts.documentId])
    .from(attempts)
    .where(inArray(attempts.documentId, ids))
    .orderBy(attempts.documentId, desc(attempts.attemptNo));
  const byDocument = new Map(last.map((attempt) => [attempt.documentId, attempt]));
  return rows.map((row) => ({ ...row, lastAttempt: byDocument.get(row.id) ?? null }));
}

/** Bonuses, newest first: whom, how much, who gave it and why [US-270]. */
export async function listBonuses(
  ctx: Ctx,
  page: Page = {},
): Promise<
  {
    id: string;
    workerId: string;
    amountCents: Cents;
    byId: string;
    /** The second manager of a large one. */
    agreedById: string | null;
    reason: string;
    at: Date;
  }[]
> {
  requireRole(ctx, 'manager', 'billing');
  const entries = await entriesOf(ctx, { book: 'people', kinds: ['bonus_given'] }, page);
  return entries.map((entry) => {
    const credit = entry.lines.find(({ amountCents }) => amountCents < 0n)!;
    return {
      id: entry.id,
      workerId: parseAccountId(credit.account)!.party!,
      amountCents: -credit.amountCents,
      byId: String(entry.details.byId),
      agreedById: typeof entry.details.agreedById === 'string' ? entry.details.agreedById : null,
      reason: String(entry.details.reason),
      at: entry.occurredAt,
    };
  });
}

export type BonusProposal = typeof bonusProposals.$inferSelect;

/**
 * Large bonuses that wait for a second manager, the oldest first, or with `decided` those that were agreed to, declined or
 * withdrawn, the latest first [US-270].
 */
export async function listBonusProposals(
  ctx: Ctx,
  { decided = false, limit = 50, offset = 0 }: Page & { decided?: boolean } = {},
): Promise<{ rows: BonusProposal[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which = decided ? isNotNull(bonusProposals.decidedAt) : isNull(bonusProposals.decidedAt);
  const order = decided ? desc(bonusProposals.decidedAt) : asc(bonusProposals.proposedAt);
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(bonusProposals)
      .where(which)
      .orderBy(order, bonusProposals.id)
      .limit(limit)
      .offset(offset),
    ctx.db.$count(bonusProposals, which),
  ]);
  return { rows, total };
}

/** Workers who can be given a bonus, by name, where their payout goes to, masked; found by a part of the name. */
export async function payableWorkers(
  ctx: Ctx,
  { search = '', limit = 50, offset = 0 }: Page & { search?: string } = {},
): Promise<{ rows: { workerId: string; name: string; account: string | null }[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const text = `%${search.trim().replace(/[\\%_]/g, '\\$&')}%`;
  const which = search.trim() ? ilike(payoutAccounts.name, text) : undefined;
  const [rows, total] = await Promise.all([
    ctx.db
      .select({
        workerId: payoutAccounts.workerId,
        name: payoutAccounts.name,
        account: payoutAccounts.account,
      })
      .from(payoutAccounts)
      .where(which)
      .orderBy(asc(payoutAccounts.name), asc(payoutAccounts.workerId))
      .limit(limit)
      .offset(offset),
    ctx.db.$count(payoutAccounts, which),
  ]);
  return {
    rows: rows.map((row) => ({ ...row, account: row.account && maskAccount(row.account) })),
    total,
  };
}

/** The period that is running now, and the one before: what a close is offered for. */
export async function closablePeriods(
  ctx: Ctx,
  kind: PeriodKind,
): Promise<{ current: string; previous: string }> {
  requireRole(ctx, 'manager', 'billing');
  const current = periodAt(kind, ctx.now, await readSetting(ctx, 'time_zone'));
  const before = periodAt(kind, new Date(current.from.getTime() - 1), await readSetting(ctx, 'time_zone'));
  return { current: current.period, previous: before.period };
}
