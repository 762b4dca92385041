import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  customType,
  index,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { cents, instant } from './kernel.ts';

/** Owned by a role that cannot log in; append-only and balanced by db/guards/ledger.sql. */
export const ledger = pgSchema('ledger');

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** One account per book, kind and party: "clients:receivable:<client>", "clients:revenue". */
export const accounts = ledger.table(
  'accounts',
  {
    id: text('id').primaryKey(),
    book: text('book').notNull(),
    kind: text('kind').notNull(),
    party: text('party'),
  },
  (t) => [
    index('accounts_book_kind').on(t.book, t.kind),
    check('accounts_book', sql`${t.book} in ('clients', 'people', 'betting')`),
    check('accounts_id', sql`${t.id} = ${t.book} || ':' || ${t.kind} || coalesce(':' || ${t.party}, '')`),
  ],
);

export const transactions = ledger.table(
  'transactions',
  {
    id: uuid('id').primaryKey(),
    book: text('book').notNull(),
    /** The caller's idempotency key, and what was asked under it: the same key with other content is an error. */
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    kind: text('kind').notNull(),
    /** What it is about: an order, an invoice, a statement. */
    subject: text('subject').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** Both stamped by the guard, whatever the application says. */
    recordedAt: instant('recorded_at').notNull().default(sql`clock_timestamp()`),
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
  },
  (t) => [
    uniqueIndex('transactions_key').on(t.book, t.key),
    index('transactions_subject').on(t.subject),
    index('transactions_kind').on(t.book, t.kind, t.occurredAt),
    // The journal: what happened in a period, in its order.
    index('transactions_occurred_at').on(t.occurredAt, t.id),
    // What is not sealed yet is looked for among the latest.
    index('transactions_recorded_at').on(t.book, t.recordedAt),
    check('transactions_book', sql`${t.book} in ('clients', 'people', 'betting')`),
  ],
);

/** Debit is positive, credit negative; the lines of a transaction sum to zero. */
export const lines = ledger.table(
  'lines',
  {
    transactionId: uuid('transaction_id')
      .notNull()
      .references(() => transactions.id),
    position: smallint('position').notNull(),
    book: text('book').notNull(),
    /** Checked by the guard: a foreign key would lock the company's accounts, which every posting touches. */
    accountId: text('account_id').notNull(),
    amountCents: cents('amount_cents').notNull(),
    /** The transaction's, stamped by the guard: an account is read in this order. */
    occurredAt: instant('occurred_at').notNull(),
    /** Tells lines of one instant apart in the order of their posting. */
    no: bigint('no', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
  },
  (t) => [
    primaryKey({ columns: [t.transactionId, t.position] }),
    // The amount is in it, so that a balance is read from the index alone.
    index('lines_account').on(t.accountId, t.occurredAt, t.no, t.amountCents),
    check('lines_amount', sql`${t.amountCents} <> 0`),
    check('lines_book', sql`split_part(${t.accountId}, ':', 1) = ${t.book}`),
  ],
);

/** The chain of a book: each hash covers the transaction's every column and line, and the hash before it. */
export const seals = ledger.table(
  'seals',
  {
    book: text('book').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    transactionId: uuid('transaction_id')
      .notNull()
      .references(() => transactions.id),
    hash: text('hash').notNull(),
    sealedAt: instant('sealed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.book, t.seq] }),
    uniqueIndex('seals_transaction').on(t.transactionId),
    index('seals_sealed_at').on(t.book, t.sealedAt),
    check('seals_book', sql`${t.book} in ('clients', 'people', 'betting')`),
    check('seals_seq', sql`${t.seq} > 0`),
  ],
);

/** What went through all accounts of a kind up to a seal: a total is this and what was sealed later or not yet. */
export const snapshots = ledger.table(
  'snapshots',
  {
    book: text('book').notNull(),
    kind: text('kind').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    debitCents: cents('debit_cents').notNull(),
    creditCents: cents('credit_cents').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.book, t.kind, t.seq] }),
    check('snapshots_book', sql`${t.book} in ('clients', 'people', 'betting')`),
  ],
);

/** Each verification of the books, with what it found. */
export const verifications = ledger.table(
  'verifications',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    report: jsonb('report').$type<Record<string, unknown>>().notNull(),
  },
  (t) => [index('verifications_at').on(t.at)],
);
