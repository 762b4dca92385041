import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import type { Trace } from '../../lib/matching/index.ts';
import { cents, instant } from './kernel.ts';

export const matching = pgSchema('matching');

/** A worker as matching knows it ("normal sample"): what it is good at, and how its orders ended. */
export const samples = matching.table(
  'samples',
  {
    workerId: uuid('worker_id').primaryKey(),
    name: text('name').notNull(),
    characteristics: jsonb('characteristics').$type<Record<string, number>>().notNull(),
    active: boolean('active').notNull().default(true),
    completedCount: integer('completed_count').notNull().default(0),
    failedCount: integer('failed_count').notNull().default(0),
    cancelledCount: integer('cancelled_count').notNull().default(0),
    joinedAt: instant('joined_at').notNull(),
    deactivatedAt: instant('deactivated_at'),
  },
  (t) => [index('samples_active').on(t.workerId).where(sql`${t.active}`)],
);

/** Matching's own calendar. No worker has two that overlap, except knowingly overbooked ones (see the guard). */
export const engagements = matching.table(
  'engagements',
  {
    orderId: uuid('order_id').primaryKey(),
    workerId: uuid('worker_id')
      .notNull()
      .references(() => samples.workerId),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    overbooked: boolean('overbooked').notNull(),
    releasedAt: instant('released_at'),
    /** How the order ended; null while it runs, or when the order never took the worker. */
    outcome: text('outcome').$type<'completed' | 'failed' | 'cancelled'>(),
  },
  (t) => [
    index('engagements_worker').on(t.workerId, t.startsAt),
    index('engagements_starts_at').on(t.startsAt),
    check('engagements_not_empty', sql`${t.endsAt} > ${t.startsAt}`),
  ],
);

/** What a match answered and why: one per order. */
export const matchResults = matching.table(
  'match_results',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull().unique(),
    workerId: uuid('worker_id').notNull(),
    costCents: cents('cost_cents').notNull(),
    trace: jsonb('trace').$type<Trace>().notNull(),
    matchedAt: instant('matched_at').notNull(),
  },
  (t) => [index('match_results_worker').on(t.workerId, t.matchedAt)],
);

/** Orders that came while the pool was empty [US-073]. */
export const waitingOrders = matching.table(
  'waiting_orders',
  { orderId: uuid('order_id').primaryKey(), since: instant('since').notNull() },
  (t) => [index('waiting_orders_since').on(t.since)],
);
