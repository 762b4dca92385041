import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { cents, instant } from './kernel.ts';

export const billing = pgSchema('billing');

/** Each ended order once: what it cost and how it ended, as posted. */
export const billedOrders = billing.table(
  'billed_orders',
  {
    orderId: uuid('order_id').primaryKey(),
    clientId: uuid('client_id').notNull(),
    workerId: uuid('worker_id'),
    outcome: text('outcome', { enum: ['completed', 'failed', 'cancelled'] }).notNull(),
    cause: text('cause'),
    requestNumber: text('request_number').notNull(),
    serviceName: jsonb('service_name').$type<{ en: string; ru: string }>().notNull(),
    costCents: cents('cost_cents'),
    priceCents: cents('price_cents'),
    endedAt: instant('ended_at').notNull(),
  },
  (t) => [index('billed_orders_ended_at').on(t.endedAt)],
);

/** What an invoice or a statement is made of, posted with its entry; frozen once a document has taken it. */
export const items = billing.table(
  'items',
  {
    transactionId: uuid('transaction_id').primaryKey(),
    purpose: text('purpose', { enum: ['invoice', 'statement'] }).notNull(),
    /** The client, or the worker. */
    partyId: uuid('party_id').notNull(),
    kind: text('kind').notNull(),
    orderId: uuid('order_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** What the client owes; what the worker is owed, penalties negative. */
    amountCents: cents('amount_cents').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    documentId: uuid('document_id'),
    /** Tells items of one instant apart in the order of their posting. */
    no: bigint('no', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
  },
  (t) => [
    index('items_open').on(t.purpose, t.partyId, t.occurredAt).where(sql`${t.documentId} is null`),
    index('items_document').on(t.documentId).where(sql`${t.documentId} is not null`),
    index('items_order').on(t.orderId),
    index('items_occurred_at').on(t.occurredAt),
    // How much of an invoice was given back is asked while the client's account is locked.
    index('items_refunds').on(sql`(${t.details}->>'invoiceId')`).where(sql`${t.kind} = 'refund_granted'`),
  ],
);

const claimStates = [
  'issued',
  'settling',
  'paid',
  'failed',
  'unclear',
  'carried_over',
  'written_off',
] as const;

/** What both kinds of document share. `nextAttemptAt` is when the clock tries the money again; null: a person decides. */
const claim = () => ({
  id: uuid('id').primaryKey(),
  fromAt: instant('from_at').notNull(),
  toAt: instant('to_at').notNull(),
  amountCents: cents('amount_cents').notNull(),
  state: text('state', { enum: claimStates }).notNull(),
  attemptsCount: integer('attempts_count').notNull().default(0),
  nextAttemptAt: instant('next_attempt_at'),
  issuedAt: instant('issued_at').notNull(),
  paidAt: instant('paid_at'),
});

export const invoices = billing.table(
  'invoices',
  {
    ...claim(),
    number: integer('number').notNull().unique(),
    clientId: uuid('client_id').notNull(),
    /** The Sunday, "2026-03-08". */
    period: text('period').notNull(),
  },
  (t) => [
    uniqueIndex('invoices_period').on(t.clientId, t.period),
    index('invoices_client').on(t.clientId, t.issuedAt),
    index('invoices_of_period').on(t.period),
    index('invoices_issued_at').on(t.issuedAt),
    index('invoices_due').on(t.nextAttemptAt).where(sql`${t.nextAttemptAt} is not null`),
    check('invoices_amount', sql`${t.amountCents} > 0`),
  ],
);

export const statements = billing.table(
  'statements',
  {
    ...claim(),
    workerId: uuid('worker_id').notNull(),
    /** "2026-03". */
    period: text('period').notNull(),
    /** What an earlier negative month left, zero or less; each is carried once. */
    carriedCents: cents('carried_cents').notNull(),
    carriedFromId: uuid('carried_from_id').unique(),
  },
  (t) => [
    uniqueIndex('statements_period').on(t.workerId, t.period),
    index('statements_of_period').on(t.period),
    index('statements_issued_at').on(t.issuedAt),
    index('statements_due').on(t.nextAttemptAt).where(sql`${t.nextAttemptAt} is not null`),
    check('statements_carried', sql`${t.carriedCents} <= 0`),
  ],
);

/** How a client pays: only the gateway's token is kept, never card data. */
export const paymentMethods = billing.table(
  'payment_methods',
  {
    id: uuid('id').primaryKey(),
    clientId: uuid('client_id').notNull(),
    kind: text('kind', { enum: ['payroll', 'card'] }).notNull(),
    label: text('label').notNull(),
    /** Null until the gateway has answered. */
    token: text('token'),
    isRefused: boolean('is_refused').notNull().default(false),
    /** How often the gateway said no: the next time it is asked under a new key, or it would only repeat itself. */
    refusalsCount: integer('refusals_count').notNull().default(0),
    isChosen: boolean('is_chosen').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    index('payment_methods_client').on(t.clientId, t.createdAt),
    uniqueIndex('payment_methods_payroll').on(t.clientId).where(sql`${t.kind} = 'payroll'`),
    uniqueIndex('payment_methods_chosen').on(t.clientId).where(sql`${t.isChosen}`),
  ],
);

/** Where Golden Hat sends a worker's money. */
export const payoutAccounts = billing.table('payout_accounts', {
  workerId: uuid('worker_id').primaryKey(),
  name: text('name').notNull(),
  /** Null until Golden Hat has answered. */
  account: text('account'),
  /** How often Golden Hat said no; without an account the worker has to give another. */
  refusalsCount: integer('refusals_count').notNull().default(0),
  createdAt: instant('created_at').notNull(),
});

/**
 * One try to move money through a partner. The row is committed before the partner is asked; the same row is asked about
 * again, always under its key and with the same content, until the partner says how it ended.
 */
export const attempts = billing.table(
  'attempts',
  {
    id: uuid('id').primaryKey(),
    purpose: text('purpose', { enum: ['charge', 'payout', 'refund'] }).notNull(),
    /** The invoice, the statement, or the refund. */
    documentId: uuid('document_id').notNull(),
    partyId: uuid('party_id').notNull(),
    attemptNo: integer('attempt_no').notNull(),
    /** Somebody asked for it: it takes none of the clock's retries. */
    isByPerson: boolean('is_by_person').notNull().default(false),
    key: text('key').notNull().unique(),
    amountCents: cents('amount_cents').notNull(),
    /** The payment method's token, the payout account, or the key of the charge that is given back. */
    target: text('target').notNull(),
    targetLabel: text('target_label').notNull(),
    state: text('state', {
      enum: ['asking', 'unknown', 'pending', 'parked', 'succeeded', 'failed', 'returned'],
    }).notNull(),
    failureCode: text('failure_code'),
    asksCount: integer('asks_count').notNull().default(0),
    nextAskAt: instant('next_ask_at'),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
    /** The partner's own list had it, seen alike. */
    matchedAt: instant('matched_at'),
  },
  (t) => [
    uniqueIndex('attempts_no').on(t.purpose, t.documentId, t.attemptNo),
    // While one is open nothing else may be tried for the same document.
    uniqueIndex('attempts_open').on(t.purpose, t.documentId).where(sql`${t.settledAt} is null`),
    index('attempts_parked').on(t.createdAt).where(sql`${t.state} = 'parked'`),
    index('attempts_created').on(t.purpose, t.createdAt),
    index('attempts_unmatched')
      .on(t.purpose, t.id)
      .where(sql`${t.matchedAt} is null and ${t.state} in ('succeeded', 'pending', 'returned')`),
    index('attempts_to_ask').on(t.nextAskAt).where(sql`${t.nextAskAt} is not null`),
    check('attempts_amount', sql`${t.amountCents} > 0`),
    check(
      'attempts_settled',
      sql`(${t.settledAt} is not null) = (${t.state} in ('succeeded', 'failed', 'returned'))`,
    ),
  ],
);

/** Money that goes back to a client by the way it came. What only lowers the next invoice is an item and nothing else. */
export const refunds = billing.table(
  'refunds',
  {
    id: uuid('id').primaryKey(),
    clientId: uuid('client_id').notNull(),
    invoiceId: uuid('invoice_id').notNull(),
    /** The attempt that took the money. */
    chargeId: uuid('charge_id').notNull(),
    /** A manager granted it, or the invoice had been paid twice. */
    cause: text('cause', { enum: ['granted', 'paid_twice'] }).notNull(),
    amountCents: cents('amount_cents').notNull(),
    state: text('state', { enum: ['sending', 'sent', 'failed', 'unclear'] }).notNull(),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    index('refunds_invoice').on(t.invoiceId),
    index('refunds_created_at').on(t.createdAt),
    uniqueIndex('refunds_paid_twice').on(t.chargeId).where(sql`${t.cause} = 'paid_twice'`),
    check('refunds_amount', sql`${t.amountCents} > 0`),
  ],
);

/**
 * A client whose invoice could not be charged after the last retry: no new requests until it is paid or a manager decides.
 * One for an invoice; while `decidedAt` is null the client is paused.
 */
export const pauses = billing.table(
  'pauses',
  {
    invoiceId: uuid('invoice_id').primaryKey(),
    clientId: uuid('client_id').notNull(),
    pausedAt: instant('paused_at').notNull(),
    decision: text('decision', { enum: ['paid', 'allowed', 'written_off'] }),
    /** Null when the payment itself ended the pause. */
    decidedById: text('decided_by_id'),
    reason: text('reason'),
    decidedAt: instant('decided_at'),
  },
  (t) => [
    index('pauses_open').on(t.clientId).where(sql`${t.decidedAt} is null`),
    index('pauses_paused_at').on(t.pausedAt),
    check('pauses_decided', sql`(${t.decidedAt} is null) = (${t.decision} is null)`),
  ],
);

/** New payout details of a worker, in force once the link in their mail was followed. */
export const payoutChanges = billing.table(
  'payout_changes',
  {
    id: uuid('id').primaryKey(),
    workerId: uuid('worker_id').notNull(),
    name: text('name').notNull(),
    account: text('account').notNull(),
    /** SHA-256 of the mailed secret; null until the mail was written. */
    tokenHash: text('token_hash').unique(),
    requestedAt: instant('requested_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    /** A later request took its place. */
    replacedAt: instant('replaced_at'),
  },
  (t) => [index('payout_changes_worker').on(t.workerId, t.requestedAt)],
);

/** A bonus above the sum that one manager may give alone, until a second one has decided [US-270]. */
export const bonusProposals = billing.table(
  'bonus_proposals',
  {
    id: uuid('id').primaryKey(),
    workerId: uuid('worker_id').notNull(),
    amountCents: cents('amount_cents').notNull(),
    reason: text('reason').notNull(),
    proposedById: text('proposed_by_id').notNull(),
    proposedAt: instant('proposed_at').notNull(),
    decision: text('decision', { enum: ['given', 'declined'] }),
    decidedById: text('decided_by_id'),
    decidedAt: instant('decided_at'),
  },
  (t) => [
    index('bonus_proposals_open').on(t.proposedAt).where(sql`${t.decidedAt} is null`),
    check('bonus_proposals_amount', sql`${t.amountCents} > 0`),
    check(
      'bonus_proposals_two',
      sql`${t.decision} is distinct from 'given' or ${t.decidedById} <> ${t.proposedById}`,
    ),
  ],
);

/** One partner's day, compared with its own list. */
export const reconciliations = billing.table(
  'reconciliations',
  {
    id: uuid('id').primaryKey(),
    purpose: text('purpose', { enum: ['charge', 'payout', 'refund'] }).notNull(),
    /** "2026-03-08", in the zone of the setting. */
    day: text('day').notNull(),
    fromAt: instant('from_at').notNull(),
    toAt: instant('to_at').notNull(),
    matchedCount: integer('matched_count').notNull().default(0),
    matchedCents: cents('matched_cents').notNull().default(sql`0`),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [uniqueIndex('reconciliations_day').on(t.purpose, t.day), index('reconciliations_to').on(t.toAt)],
);

/** A movement of money that we and a partner do not see alike. One for a key; resolved by a person, or by itself. */
export const discrepancies = billing.table(
  'discrepancies',
  {
    key: text('key').primaryKey(),
    purpose: text('purpose', { enum: ['charge', 'payout', 'refund'] }).notNull(),
    day: text('day').notNull(),
    kind: text('kind', { enum: ['ours_only', 'theirs_only', 'differs'] }).notNull(),
    ourState: text('our_state'),
    ourCents: cents('our_cents'),
    theirStatus: text('their_status'),
    theirCents: cents('their_cents'),
    foundAt: instant('found_at').notNull(),
    resolvedAt: instant('resolved_at'),
    /** Null when a later look found both sides alike. */
    resolvedById: text('resolved_by_id'),
    resolution: text('resolution'),
  },
  (t) => [
    index('discrepancies_open').on(t.foundAt).where(sql`${t.resolvedAt} is null`),
    index('discrepancies_day').on(t.purpose, t.day),
  ],
);

/** Closed weeks and months: how far a close has come. */
export const periodCloses = billing.table(
  'period_closes',
  {
    kind: text('kind', { enum: ['week', 'month'] }).notNull(),
    period: text('period').notNull(),
    fromAt: instant('from_at').notNull(),
    toAt: instant('to_at').notNull(),
    partiesCount: integer('parties_count'),
    requestedAt: instant('requested_at').notNull(),
    requestedByKind: text('requested_by_kind').notNull(),
    requestedById: text('requested_by_id').notNull(),
    /** When its latest page was done; a close that stands still is asked for again. */
    progressedAt: instant('progressed_at'),
    /** A person stopped it: no further page until it is resumed. */
    pausedAt: instant('paused_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [primaryKey({ columns: [t.kind, t.period] }), index('period_closes_requested').on(t.requestedAt)],
);

/** The last number given out; its row is locked while one is taken, so that there are no gaps. */
export const counters = billing.table('counters', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
});
