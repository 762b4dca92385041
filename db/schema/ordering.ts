import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { FailureCause, OrderState } from '../../lib/ordering/index.ts';
import { cents, instant } from './kernel.ts';

export const ordering = pgSchema('ordering');

/** The number people say on the phone; gaps do no harm. */
export const requestNumbers = ordering.sequence('request_numbers', { startWith: 1001 });

/** One order. Its service, kit and duration are a snapshot of what was asked for; price and worker are fixed at matching. */
export const orders = ordering.table(
  'orders',
  {
    id: uuid('id').primaryKey(),
    requestNumber: text('request_number').notNull().unique(),
    clientId: uuid('client_id').notNull(),
    clientName: text('client_name').notNull(),
    /** From the form: a double click is one order. */
    requestKey: text('request_key').notNull(),

    serviceTypeId: uuid('service_type_id').notNull(),
    serviceVersionId: uuid('service_version_id').notNull(),
    serviceName: jsonb('service_name').$type<{ en: string; ru: string }>().notNull(),
    durationMinutes: integer('duration_minutes').notNull(),
    skills: jsonb('skills').$type<string[]>().notNull(),
    kit: jsonb('kit').$type<{ itemCode: string; quantity: number }[]>().notNull(),

    what: text('what').notNull(),
    place: text('place').notNull(),
    contact: text('contact').notNull(),
    startsAt: instant('starts_at').notNull(),

    state: text('state').$type<OrderState>().notNull(),
    /** A re-order points at what it copies, and keeps away from the worker that failed it [US-132]. */
    originalOrderId: uuid('original_order_id'),
    excludedWorkerId: uuid('excluded_worker_id'),

    matchId: uuid('match_id'),
    workerId: uuid('worker_id'),
    workerName: text('worker_name'),
    costCents: cents('cost_cents'),
    discountPercent: integer('discount_percent'),
    priceCents: cents('price_cents'),

    startPhotoId: uuid('start_photo_id'),
    reportPhotoId: uuid('report_photo_id'),

    placedAt: instant('placed_at').notNull(),
    assignedAt: instant('assigned_at'),
    readyAt: instant('ready_at'),
    startedAt: instant('started_at'),
    reportedAt: instant('reported_at'),
    overranAt: instant('overran_at'),
    endedAt: instant('ended_at'),
    failureCause: text('failure_cause').$type<FailureCause>(),
    endReason: text('end_reason'),
    /** What the search looks through. */
    search: text('search')
      .notNull()
      .generatedAlwaysAs(
        sql`lower(request_number || ' ' || client_name || ' ' || what || ' ' || place || ' ' || contact || ' ' || coalesce(worker_name, ''))`,
      ),
  },
  (t) => [
    uniqueIndex('orders_request_key').on(t.clientId, t.requestKey),
    // One re-order of an order; a re-order that ends badly is re-ordered itself.
    uniqueIndex('orders_original').on(t.originalOrderId),
    // Ids sort by time of placing: every list pages by them.
    index('orders_client').on(t.clientId, t.id),
    index('orders_worker').on(t.workerId, t.state, t.id),
    index('orders_state').on(t.state, t.id),
    index('orders_starts_at').on(t.startsAt),
    index('orders_ended_at').on(t.endedAt),
    index('orders_active').on(t.state, t.startsAt).where(sql`${t.endedAt} is null`),
    index('orders_start_photo').on(t.startPhotoId).where(sql`${t.startPhotoId} is not null`),
    index('orders_report_photo').on(t.reportPhotoId).where(sql`${t.reportPhotoId} is not null`),
    check(
      'orders_state_known',
      sql`${t.state} in ('placed','assigned','ready','in_progress','reported','completed','failed','cancelled')`,
    ),
    check(
      'orders_assigned_whole',
      sql`(${t.workerId} is null) = (${t.matchId} is null) and (${t.workerId} is null) = (${t.priceCents} is null)
          and (${t.workerId} is null) = (${t.costCents} is null) and (${t.workerId} is null) = (${t.discountPercent} is null)
          and (${t.workerId} is not null or ${t.state} in ('placed','cancelled'))`,
    ),
    check(
      'orders_end_stamped',
      sql`(${t.endedAt} is not null) = (${t.state} in ('completed','failed','cancelled'))`,
    ),
    check('orders_cause_of_failure', sql`(${t.failureCause} is not null) = (${t.state} = 'failed')`),
    check('orders_price_bounds', sql`${t.priceCents} between 0 and ${t.costCents}`),
  ],
);

/** Every change of state: who, when and why. Append-only (see the guard). */
export const orderHistory = ordering.table(
  'order_history',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id),
    /** 0, 1, 2 …: the order in which it happened. Clocks of two processes may differ by a little; this does not. */
    position: integer('position').notNull(),
    at: instant('at').notNull(),
    fromState: text('from_state').$type<OrderState>(),
    toState: text('to_state').$type<OrderState>().notNull(),
    actorKind: text('actor_kind').$type<'account' | 'system' | 'anonymous'>().notNull(),
    actorId: text('actor_id').notNull(),
    cause: text('cause').$type<FailureCause>(),
    reason: text('reason'),
  },
  (t) => [
    // An order enters each state once, so the history cannot fork.
    uniqueIndex('order_history_once').on(t.orderId, t.toState),
    uniqueIndex('order_history_position').on(t.orderId, t.position),
  ],
);
