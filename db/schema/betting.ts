import { index, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { cents, instant } from './kernel.ts';

/** Hidden: used only under the role mcf_betting (db/guards/betting.sql). */
export const betting = pgSchema('betting');

/** The managers who bet, at most 15 [US-280]. */
export const members = betting.table('members', {
  accountId: uuid('account_id').primaryKey(),
  name: text('name').notNull(),
  addedAt: instant('added_at').notNull(),
});

/** One pool an order, opened by the first stake. */
export const pools = betting.table(
  'pools',
  {
    orderId: uuid('order_id').primaryKey(),
    requestNumber: text('request_number').notNull(),
    openedAt: instant('opened_at').notNull(),
    /** Stakes close when the worker starts, or when the order ends. */
    closedAt: instant('closed_at'),
    settledAt: instant('settled_at'),
    ending: text('ending', { enum: ['completed', 'cancelled', 'failed'] }),
  },
  (t) => [index('pools_settled_at').on(t.settledAt, t.openedAt)],
);

/** Append-only: raising a stake is another row, under the key of the click that made it. */
export const stakes = betting.table(
  'stakes',
  {
    id: uuid('id').primaryKey(),
    requestKey: text('request_key').notNull(),
    orderId: uuid('order_id').notNull(),
    memberId: uuid('member_id').notNull(),
    ending: text('ending', { enum: ['completed', 'cancelled', 'failed'] }).notNull(),
    amountCents: cents('amount_cents').notNull(),
    placedAt: instant('placed_at').notNull(),
  },
  (t) => [
    uniqueIndex('stakes_request_key').on(t.memberId, t.requestKey),
    index('stakes_order').on(t.orderId, t.id),
    index('stakes_member').on(t.memberId, t.placedAt),
  ],
);

/** Append-only: what a settlement moved. Per order the amounts sum to zero; the pot is the party `pot`. */
export const movements = betting.table(
  'movements',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id'),
    party: text('party').notNull(),
    kind: text('kind', { enum: ['lost', 'won', 'returned', 'pot', 'paid', 'received'] }).notNull(),
    amountCents: cents('amount_cents').notNull(),
    at: instant('at').notNull(),
    key: text('key').notNull().unique(),
  },
  (t) => [index('movements_party').on(t.party, t.at), index('movements_order').on(t.orderId)],
);

/** The circle's own trail: nothing of this is written anywhere else. */
export const trail = betting.table(
  'trail',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    actorId: text('actor_id').notNull(),
    verb: text('verb').notNull(),
    data: text('data').notNull(),
  },
  (t) => [index('trail_at').on(t.at)],
);
