import { index, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './kernel.ts';

export const quality = pgSchema('quality');

/** What an audit found; the two flows have fields of their own [US-190][US-200]. */
export type Findings = {
  /** What the worker can do, as the audit found: skill -> 0..100. */
  characteristics?: Partial<Record<string, number>>;
} & (
  | { kind: 'incident'; fault: string; whatHappened: string; action: string }
  | { kind: 'sample'; grade: string; whatWasGood: string; couldBeBetter: string }
);

/** One study of one order: an incident arrives by itself [US-200], a sample is picked [US-190]. */
export const audits = quality.table(
  'audits',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull().unique(),
    requestNumber: text('request_number').notNull(),
    kind: text('kind', { enum: ['incident', 'sample'] }).notNull(),
    ending: text('ending', { enum: ['completed', 'failed', 'cancelled'] }).notNull(),
    /** What the end of the order said: cause and reason. */
    cause: text('cause'),
    reason: text('reason'),
    clientId: uuid('client_id').notNull(),
    workerId: uuid('worker_id'),
    openedAt: instant('opened_at').notNull(),
    openedBy: text('opened_by').notNull(),
    concludedAt: instant('concluded_at'),
    concludedBy: text('concluded_by'),
    findings: jsonb('findings').$type<Findings>(),
  },
  (t) => [
    index('audits_open').on(t.concludedAt, t.openedAt),
    index('audits_kind').on(t.kind, t.concludedAt, t.openedAt),
    index('audits_worker').on(t.workerId, t.openedAt),
  ],
);

/** Contacts with the client about an order; append-only. */
export const contacts = quality.table(
  'contacts',
  {
    id: uuid('id').primaryKey(),
    auditId: uuid('audit_id').notNull(),
    at: instant('at').notNull(),
    by: text('by').notNull(),
    channel: text('channel', { enum: ['phone', 'mail', 'in_person'] }).notNull(),
    said: text('said').notNull(),
  },
  (t) => [index('contacts_audit').on(t.auditId, t.at)],
);

/** Ideas for improving the business [US-210]. */
export const hypotheses = quality.table(
  'hypotheses',
  {
    id: uuid('id').primaryKey(),
    auditId: uuid('audit_id').unique(),
    claim: text('claim').notNull(),
    measure: text('measure').notNull(),
    state: text('state', { enum: ['new', 'testing', 'confirmed', 'rejected'] }).notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [index('hypotheses_state').on(t.state, t.createdAt)],
);
