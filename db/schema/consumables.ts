import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from './kernel.ts';

export const consumables = pgSchema('consumables');

type Bilingual = { en: string; ru: string };

/** What the warehouse keeps. `onHandCount` is kept by a trigger: always the sum of the item's movements. */
export const items = consumables.table(
  'items',
  {
    id: uuid('id').primaryKey(),
    code: text('code').notNull().unique(),
    name: jsonb('name').$type<Bilingual>().notNull(),
    unit: jsonb('unit').$type<Bilingual>().notNull(),
    reorderPointCount: integer('reorder_point_count').notNull(),
    onHandCount: integer('on_hand_count').notNull().default(0),
    isActive: boolean('is_active').notNull().default(true),
  },
  (t) => [check('items_never_negative', sql`${t.onHandCount} >= 0 and ${t.reorderPointCount} >= 0`)],
);

/** One per order [US-150]. */
export const jobs = consumables.table(
  'jobs',
  {
    id: uuid('id').primaryKey(),
    orderId: text('order_id').notNull().unique(),
    requestNumber: text('request_number').notNull(),
    serviceName: jsonb('service_name').$type<Bilingual>().notNull(),
    clientId: text('client_id').notNull(),
    clientName: text('client_name').notNull(),
    workerId: text('worker_id').notNull(),
    workerName: text('worker_name').notNull(),
    /** What the client wrote, for the form and the contractor of predictions. */
    task: text('task').notNull(),
    place: text('place').notNull(),
    startsAt: instant('starts_at').notNull(),
    /** When the worker comes for it. */
    dueAt: instant('due_at').notNull(),
    state: text('state', { enum: ['open', 'issued', 'dropped', 'returning', 'returned'] }).notNull(),
    openedAt: instant('opened_at').notNull(),
    issuedAt: instant('issued_at'),
    issuedBy: text('issued_by'),
    signaturePhotoId: uuid('signature_photo_id'),
    closedAt: instant('closed_at'),
    closedWhy: text('closed_why'),
  },
  (t) => [
    index('jobs_board').on(t.state, t.dueAt),
    index('jobs_worker').on(t.workerId, t.dueAt),
    check('jobs_issued_is_signed', sql`${t.issuedAt} is null or ${t.signaturePhotoId} is not null`),
  ],
);

/** The kit of one job. The lines of open jobs are the reservations; a line of 0 was left out by staff. */
export const jobLines = consumables.table(
  'job_lines',
  {
    id: uuid('id').primaryKey(),
    jobId: uuid('job_id')
      .notNull()
      .references(() => jobs.id),
    itemId: uuid('item_id')
      .notNull()
      .references(() => items.id),
    position: integer('position').notNull(),
    /** What the service type proposed; null when staff added the line. */
    proposedCount: integer('proposed_count'),
    count: integer('count').notNull(),
    isTicked: boolean('is_ticked').notNull().default(false),
    returnedCount: integer('returned_count'),
    writtenOffCount: integer('written_off_count'),
    writtenOffWhy: text('written_off_why'),
  },
  (t) => [
    unique('job_lines_item').on(t.jobId, t.itemId),
    index('job_lines_by_item').on(t.itemId),
    check('job_lines_count', sql`${t.count} between 0 and 999`),
    check(
      'job_lines_return_adds_up',
      sql`(${t.returnedCount} is null and ${t.writtenOffCount} is null)
        or (${t.returnedCount} >= 0 and ${t.writtenOffCount} >= 0 and ${t.returnedCount} + ${t.writtenOffCount} = ${t.count})`,
    ),
  ],
);

/** The journal, append-only. `deltaCount` is what it did to the shelf; `effectKey` makes a repeat impossible. */
export const stockMovements = consumables.table(
  'stock_movements',
  {
    id: uuid('id').primaryKey(),
    itemId: uuid('item_id')
      .notNull()
      .references(() => items.id),
    kind: text('kind', { enum: ['received', 'issued', 'returned', 'written_off', 'corrected'] }).notNull(),
    /** How many things it is about; a write-off of issued things no longer changes the shelf. */
    count: integer('count').notNull(),
    deltaCount: integer('delta_count').notNull(),
    lot: text('lot'),
    jobId: uuid('job_id'),
    purchaseId: uuid('purchase_id'),
    why: text('why'),
    at: instant('at').notNull(),
    actorId: text('actor_id').notNull(),
    effectKey: text('effect_key').notNull().unique(),
  },
  (t) => [
    index('stock_movements_item').on(t.itemId, t.id),
    check('stock_movements_count', sql`${t.count} > 0 and ${t.deltaCount} in (${t.count}, -${t.count}, 0)`),
  ],
);

/** The fur-tune cookie of an order [US-170]. */
export const cookies = consumables.table(
  'cookies',
  {
    orderId: text('order_id').primaryKey(),
    jobId: uuid('job_id')
      .notNull()
      .unique()
      .references(() => jobs.id),
    state: text('state', { enum: ['planned', 'ordered', 'arrived', 'waived', 'dropped'] }).notNull(),
    orderAt: instant('order_at').notNull(),
    /** The contractor said no or failed: the next attempt is a new order under the next key. */
    attempt: integer('attempt').notNull().default(1),
    askedAt: instant('asked_at'),
    /** When to ask the contractor again; null when there is nothing to wait for. */
    nextAskAt: instant('next_ask_at'),
    etaAt: instant('eta_at'),
    contractorId: text('contractor_id'),
    arrivedAt: instant('arrived_at'),
    prediction: jsonb('prediction').$type<Bilingual>(),
    lateAt: instant('late_at'),
    trouble: text('trouble', { enum: ['no_answer', 'refused', 'failed'] }),
    waivedBy: text('waived_by'),
    waivedWhy: text('waived_why'),
  },
  (t) => [
    index('cookies_to_ask').on(t.nextAskAt).where(sql`${t.nextAskAt} is not null`),
    index('cookies_planned').on(t.orderAt).where(sql`${t.state} = 'planned'`),
  ],
);

/** Proposed below the reorder point, ordered on approval, later received. */
export const purchases = consumables.table(
  'purchases',
  {
    id: uuid('id').primaryKey(),
    itemId: uuid('item_id').notNull(),
    state: text('state', { enum: ['proposed', 'ordered', 'received', 'declined'] }).notNull(),
    count: integer('count').notNull(),
    receivedCount: integer('received_count'),
    lot: text('lot'),
    proposedAt: instant('proposed_at').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: text('decided_by'),
    receivedAt: instant('received_at'),
    receivedBy: text('received_by'),
  },
  (t) => [
    foreignKey({ columns: [t.itemId], foreignColumns: [items.id] }),
    uniqueIndex('purchases_one_open').on(t.itemId).where(sql`${t.state} in ('proposed', 'ordered')`),
    index('purchases_state').on(t.state, t.proposedAt),
    check('purchases_count', sql`${t.count} between 1 and 100000`),
  ],
);
