import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './kernel.ts';

export const notifications = pgSchema('notifications');

export type MailState = 'none' | 'pending' | 'sending' | 'sent' | 'failed';

/** What somebody was told. In the app it is a line in their list; by mail it is one message under this id. */
export const messages = notifications.table(
  'messages',
  {
    id: uuid('id').primaryKey(),
    /** Null for people without an account (candidates), who are reached by `email`. */
    accountId: uuid('account_id'),
    email: text('email').notNull(),
    locale: text('locale').$type<'en' | 'ru'>().notNull(),
    kind: text('kind').notNull(),
    params: jsonb('params').$type<Record<string, string>>().notNull(),
    link: text('link'),
    /** Made of the event that caused it: telling twice is telling once. */
    dedupeKey: text('dedupe_key').notNull().unique(),
    inApp: boolean('in_app').notNull(),
    createdAt: instant('created_at').notNull(),
    readAt: instant('read_at'),
    mailState: text('mail_state').$type<MailState>().notNull(),
    mailAttempts: integer('mail_attempts').notNull().default(0),
    mailTriedAt: instant('mail_tried_at'),
    mailProblem: text('mail_problem'),
  },
  (t) => [
    index('messages_account').on(t.accountId, t.createdAt).where(sql`${t.inApp}`),
    index('messages_unread').on(t.accountId).where(sql`${t.inApp} and ${t.readAt} is null`),
    index('messages_mail_open').on(t.createdAt).where(sql`${t.mailState} in ('pending', 'sending')`),
    index('messages_created_at').on(t.createdAt),
  ],
);

/** What a person switched off or on, per group of kinds; what is not here is at its default. */
export const preferences = notifications.table(
  'preferences',
  {
    accountId: uuid('account_id').notNull(),
    topic: text('topic').notNull(),
    byMail: boolean('by_mail').notNull(),
    inApp: boolean('in_app').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.topic] })],
);
