import { index, integer, jsonb, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './kernel.ts';

export const catalog = pgSchema('catalog');

type Bilingual = { en: string; ru: string };

/** What clients can ask for. The words and numbers are in its versions; a retired one is no longer offered. */
export const serviceTypes = catalog.table(
  'service_types',
  {
    id: uuid('id').primaryKey(),
    /** From the form that created it: a double click is one service. */
    requestKey: text('request_key').notNull().unique(),
    currentVersionId: uuid('current_version_id').notNull(),
    createdAt: instant('created_at').notNull(),
    retiredAt: instant('retired_at'),
  },
  (t) => [index('service_types_retired_at').on(t.retiredAt, t.id)],
);

/** A published version never changes: orders point at it for ever (append-only, see the guard). */
export const serviceVersions = catalog.table(
  'service_versions',
  {
    id: uuid('id').primaryKey(),
    serviceTypeId: uuid('service_type_id')
      .notNull()
      .references(() => serviceTypes.id),
    version: integer('version').notNull(),
    name: jsonb('name').$type<Bilingual>().notNull(),
    description: jsonb('description').$type<Bilingual>().notNull(),
    durationMinutes: integer('duration_minutes').notNull(),
    skills: jsonb('skills').$type<string[]>().notNull(),
    kit: jsonb('kit').$type<{ itemCode: string; quantity: number }[]>().notNull(),
    publishedAt: instant('published_at').notNull(),
    publishedBy: text('published_by').notNull(),
  },
  (t) => [uniqueIndex('service_versions_number').on(t.serviceTypeId, t.version)],
);
