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
import type { PipelineSpec, ReferenceSample, ReplayFigures, Trace } from '../../lib/matching/index.ts';
import { cents, instant } from './kernel.ts';

export const matching = pgSchema('matching');

/** The transaction that last changed the row, set by a trigger: what a copy in memory asks for (see the guard). */
const changedIn = () => bigint('changed_in', { mode: 'number' }).notNull().default(0);

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
    /** When the characteristics were last obtained; null: when it joined. */
    trainedAt: instant('trained_at'),
    deactivatedAt: instant('deactivated_at'),
    changedIn: changedIn(),
  },
  (t) => [
    index('samples_active').on(t.workerId).where(sql`${t.active}`),
    index('samples_changed_in').on(t.changedIn),
  ],
);

/** What a sample was like at any time, for replays; written by a trigger (see the guard), append-only. */
export const sampleChanges = matching.table(
  'sample_changes',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workerId: uuid('worker_id').notNull(),
    changedAt: instant('changed_at').notNull(),
    characteristics: jsonb('characteristics').$type<Record<string, number>>().notNull(),
    active: boolean('active').notNull(),
  },
  (t) => [index('sample_changes_worker').on(t.workerId, t.changedAt)],
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
    /** Null in those taken before clients were noted here. */
    clientId: uuid('client_id'),
    /** Null in those taken before it was noted. */
    takenAt: instant('taken_at'),
    releasedAt: instant('released_at'),
    /** How the order ended; null while it runs, or when the order never took the worker. */
    outcome: text('outcome').$type<'completed' | 'failed' | 'cancelled'>(),
    changedIn: changedIn(),
  },
  (t) => [
    index('engagements_changed_in').on(t.changedIn),
    index('engagements_client').on(t.clientId, t.workerId).where(sql`${t.outcome} is not null`),
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
    /** What was asked, so that it can be asked again; null in matches of before this was kept. */
    asked: jsonb('asked').$type<Asked>(),
    matchedAt: instant('matched_at').notNull(),
  },
  (t) => [
    index('match_results_worker').on(t.workerId, t.matchedAt),
    index('match_results_matched_at').on(t.matchedAt, t.id),
  ],
);

/** A reference sample as JSON keeps it. */
export type Asked = Omit<ReferenceSample, 'startsAt' | 'endsAt'> & { startsAt: string; endsAt: string };

/** Published pipelines; the highest version is in force. Append-only: going back publishes an old one anew. */
export const pipelineVersions = matching.table('pipeline_versions', {
  version: integer('version').primaryKey(),
  spec: jsonb('spec').$type<PipelineSpec>().notNull(),
  note: text('note').notNull(),
  /** Set when this is an older version put back in force. */
  restoredFrom: integer('restored_from'),
  publishedAt: instant('published_at').notNull(),
  publishedBy: text('published_by').notNull(),
});

/** The one draft that managers work on together; `revision` tells one who saves late from one who saves in time. */
export const pipelineDrafts = matching.table(
  'pipeline_drafts',
  {
    id: integer('id').primaryKey(),
    spec: jsonb('spec').$type<PipelineSpec>().notNull(),
    basedOnVersion: integer('based_on_version').notNull(),
    revision: integer('revision').notNull(),
    changedAt: instant('changed_at').notNull(),
    changedBy: text('changed_by').notNull(),
  },
  (t) => [check('pipeline_drafts_one', sql`${t.id} = 1`)],
);

/** Past orders run through a draft: who would have been picked. */
export const replays = matching.table(
  'replays',
  {
    id: uuid('id').primaryKey(),
    requestKey: text('request_key').notNull().unique(),
    spec: jsonb('spec').$type<PipelineSpec>().notNull(),
    basedOnVersion: integer('based_on_version').notNull(),
    periodFrom: instant('period_from').notNull(),
    periodTo: instant('period_to').notNull(),
    state: text('state').$type<'running' | 'done' | 'stopped'>().notNull(),
    totalCount: integer('total_count').notNull(),
    doneCount: integer('done_count').notNull(),
    figures: jsonb('figures').$type<ReplayFigures>(),
    requestedAt: instant('requested_at').notNull(),
    requestedBy: text('requested_by').notNull(),
    progressedAt: instant('progressed_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [index('replays_requested_at').on(t.requestedAt)],
);

/** One order of a replay, beside what really happened. */
export const replayMatches = matching.table(
  'replay_matches',
  {
    replayId: uuid('replay_id')
      .notNull()
      .references(() => replays.id),
    position: integer('position').notNull(),
    orderId: uuid('order_id').notNull(),
    workerId: uuid('worker_id').notNull(),
    wasWorkerId: uuid('was_worker_id').notNull(),
    costCents: cents('cost_cents').notNull(),
    wasCostCents: cents('was_cost_cents').notNull(),
    /** 0..1, by what was known of each of the two then. */
    risk: jsonb('risk').$type<{ is: number; was: number }>().notNull(),
    /** 0..100. */
    skill: jsonb('skill').$type<{ is: number; was: number }>().notNull(),
    trace: jsonb('trace').$type<Trace>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.replayId, t.position] }),
    uniqueIndex('replay_matches_order').on(t.replayId, t.orderId),
  ],
);

/** What goes wrong with matching itself; one open line for each kind and step. */
export const alarms = matching.table(
  'alarms',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<'pool_empty' | 'step_failing' | 'slow'>().notNull(),
    /** The step, for `step_failing`; otherwise empty. */
    subject: text('subject').notNull(),
    /** Waiting orders, share in per cent, or milliseconds. */
    measured: integer('measured').notNull(),
    raisedAt: instant('raised_at').notNull(),
    clearedAt: instant('cleared_at'),
  },
  (t) => [
    uniqueIndex('alarms_open').on(t.kind, t.subject).where(sql`${t.clearedAt} is null`),
    index('alarms_raised_at').on(t.raisedAt),
  ],
);

/** Orders that came while the pool was empty [US-073]. */
export const waitingOrders = matching.table(
  'waiting_orders',
  { orderId: uuid('order_id').primaryKey(), since: instant('since').notNull() },
  (t) => [index('waiting_orders_since').on(t.since)],
);
