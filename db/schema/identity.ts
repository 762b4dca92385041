import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Role } from '../../lib/kernel/ctx.ts';
import { instant } from './kernel.ts';

export const identity = pgSchema('identity');

/** A person or a cat that may sign in. `hcb` accounts come from single sign-on, `local` ones sign in with a password. */
export const accounts = identity.table(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    source: text('source').$type<'hcb' | 'local'>().notNull(),
    roles: text('roles').array().$type<Role[]>().notNull(),
    name: text('name').notNull(),
    /** Lower case; the sign-in name of `local` accounts. */
    email: text('email').notNull(),
    /** What mails are written in: chosen, or else the best guess so far. */
    locale: text('locale').$type<'en' | 'ru'>().notNull().default('en'),
    /** Whether the person ever chose it: only then do pages follow it. */
    localeChosen: boolean('locale_chosen').notNull().default(false),
    active: boolean('active').notNull().default(true),
    hcbSubject: text('hcb_subject').unique(),
    /** The application a worker was hired by: accepting twice makes one account. */
    applicationId: text('application_id').unique(),
    /** Strengths and weaknesses a worker was hired with; matching keeps the living copy. */
    characteristics: jsonb('characteristics').$type<Record<string, number>>(),
    /** Raising it ends every session at once. */
    sessionVersion: integer('session_version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    deactivatedAt: instant('deactivated_at'),
    /** Set when the directory last listed this tester; who is not listed in a whole pass has left. */
    directorySeenAt: instant('directory_seen_at'),
  },
  (t) => [
    uniqueIndex('accounts_local_email').on(t.email).where(sql`${t.source} = 'local'`),
    index('accounts_roles').using('gin', t.roles),
    index('accounts_directory').on(t.directorySeenAt).where(sql`${t.source} = 'hcb' and ${t.active}`),
  ],
);

export const passwords = identity.table('passwords', {
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => accounts.id, { onDelete: 'cascade' }),
  /** Argon2id in PHC notation. */
  hash: text('hash').notNull(),
  changedAt: instant('changed_at').notNull(),
});

/** A signed-in browser. The cookie names the row; the row decides. */
export const sessions = identity.table(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    userAgent: text('user_agent').notNull().default(''),
    createdAt: instant('created_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    index('sessions_account').on(t.accountId, t.lastSeenAt).where(sql`${t.endedAt} is null`),
    index('sessions_expires_at').on(t.expiresAt),
  ],
);

/** One-time links to set a password; only the hash of the link's secret is kept. */
export const invitations = identity.table(
  'invitations',
  {
    tokenHash: text('token_hash').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** What it was made for: asked for twice by the same cause, it is made once. */
    causeId: text('cause_id').notNull().unique(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [index('invitations_account').on(t.accountId)],
);

/** Sign-ins that did not succeed, per account ("email:…") and per network address ("address:…"). */
export const signInAttempts = identity.table(
  'sign_in_attempts',
  {
    key: text('key').primaryKey(),
    failureCount: integer('failure_count').notNull(),
    lastTriedAt: instant('last_tried_at').notNull(),
    blockedUntil: instant('blocked_until'),
  },
  (t) => [index('sign_in_attempts_last_tried_at').on(t.lastTriedAt)],
);

/** How far the pass through the HCB directory has come: one row per directory. */
export const directorySyncs = identity.table('directory_syncs', {
  directory: text('directory').primaryKey(),
  startedAt: instant('started_at').notNull(),
  cursor: text('cursor'),
  finishedAt: instant('finished_at'),
  createdCount: integer('created_count').notNull().default(0),
  updatedCount: integer('updated_count').notNull().default(0),
  deactivatedCount: integer('deactivated_count').notNull().default(0),
  /** Why the last attempt stopped; null when it went well. */
  problem: text('problem'),
});
