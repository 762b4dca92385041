import { sql } from 'drizzle-orm';
import {
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';

export const kernel = pgSchema('kernel');

/** An instant, stored with time zone and handled as Date. */
export const instant = (name?: string) =>
  name
    ? timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })
    : timestamp({ withTimezone: true, mode: 'date', precision: 3 });

/** Money: integer minor units as bigint. */
export const cents = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'bigint',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => value.toString(),
});

/** Events written in the transaction that caused them; the relay sends them on. */
export const outbox = kernel.table(
  'outbox',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    sentAt: instant('sent_at'),
    attempts: integer('attempts').notNull().default(0),
    nextTryAt: instant('next_try_at').notNull().defaultNow(),
  },
  (t) => [
    index('outbox_unsent').on(t.nextTryAt, t.id).where(sql`${t.sentAt} is null`),
    index('outbox_sent_at').on(t.sentAt).where(sql`${t.sentAt} is not null`),
  ],
);

/** Who did what, when and why: append-only (see db/guards/kernel.sql). */
export const audit = kernel.table(
  'audit',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    verb: text('verb').notNull(),
    subject: text('subject').notNull(),
    subjectId: text('subject_id').notNull(),
    why: text('why'),
    data: jsonb('data').$type<Record<string, unknown>>(),
  },
  (t) => [index('audit_subject').on(t.subject, t.subjectId, t.at), index('audit_at').on(t.at)],
);

/** Partners' webhooks as received; the unique delivery makes a replay harmless. */
export const webhookInbox = kernel.table(
  'webhook_inbox',
  {
    partner: text('partner').notNull(),
    deliveryId: text('delivery_id').notNull(),
    type: text('type').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.partner, t.deliveryId] }),
    index('webhook_inbox_received_at').on(t.receivedAt),
  ],
);

/** Settings that managers may change; defaults are in lib/kernel/settings.ts. */
export const settings = kernel.table('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: instant('changed_at').notNull(),
});

/** Stored photos: checked, upright, stripped; the file itself is in the file store under its id. */
export const files = kernel.table(
  'files',
  {
    id: uuid('id').primaryKey(),
    uploadId: text('upload_id').notNull(),
    ownerId: text('owner_id').notNull(),
    kind: text('kind').notNull(),
    sha256: text('sha256').notNull(),
    widthPx: integer('width_px').notNull(),
    heightPx: integer('height_px').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [unique('files_upload').on(t.ownerId, t.uploadId), index('files_owner').on(t.ownerId, t.createdAt)],
);
