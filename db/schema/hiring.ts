import { index, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './kernel.ts';

export const hiring = pgSchema('hiring');

/** One cat asking to join [US-090]. Decided once; the decision keeps who, when and why. */
export const applications = hiring.table(
  'applications',
  {
    id: uuid('id').primaryKey(),
    requestKey: text('request_key').notNull().unique(),
    name: text('name').notNull(),
    ageYears: integer('age_years').notNull(),
    breed: text('breed').notNull(),
    coatColour: text('coat_colour').notNull(),
    email: text('email').notNull(),
    about: text('about').notNull(),
    photoId: uuid('photo_id'),
    locale: text('locale', { enum: ['en', 'ru'] }).notNull(),
    state: text('state', { enum: ['new', 'accepted', 'declined'] }).notNull(),
    submittedAt: instant('submitted_at').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: text('decided_by'),
    reason: text('reason'),
    /** Strengths and weaknesses obtained, 0 to 100 [US-120]. */
    characteristics: jsonb('characteristics').$type<Record<string, number>>(),
  },
  (t) => [
    index('applications_state').on(t.state, t.submittedAt),
    index('applications_email').on(t.email, t.submittedAt),
    index('applications_submitted_at').on(t.submittedAt),
  ],
);
