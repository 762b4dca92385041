import { Temporal } from 'temporal-polyfill';
import type { Cents } from '#lib/kernel/money.ts';
import type { AttemptState } from './attempt.rules.ts';

export type Ours = { state: AttemptState; amountCents: Cents };
export type Theirs = { status: 'pending' | 'succeeded' | 'failed' | 'returned'; amountCents: Cents };
export type Comparison = 'matched' | 'open' | 'ours_only' | 'theirs_only' | 'differs';

const isOver = (state: AttemptState) => state === 'succeeded' || state === 'failed' || state === 'returned';
/** What came back has moved nothing, and neither has what failed. */
const endOf = (state: string) => (state === 'returned' ? 'failed' : state);

/**
 * How our side and a partner's of one movement of money compare. `open`: at least one side does not know yet how it ends.
 * A try that failed here and that the partner does not list moved nothing, on either side: matched.
 */
export function compareMovement(ours: Ours | null, theirs: Theirs | null): Comparison {
  if (!ours) return 'theirs_only';
  if (!theirs) {
    if (endOf(ours.state) === 'failed') return 'matched';
    return ours.state === 'succeeded' || ours.state === 'pending' ? 'ours_only' : 'open';
  }
  if (ours.amountCents !== theirs.amountCents) return 'differs';
  if (!isOver(ours.state)) return 'open';
  return endOf(ours.state) === endOf(theirs.status) ? 'matched' : 'differs';
}

export type Day = { day: string; from: Date; to: Date };

/** The day of that name ("2026-03-08") in a zone; it may have 23 or 25 hours. */
export function dayNamed(day: string, zone: string): Day {
  const date = Temporal.PlainDate.from(day);
  const midnight = (of: Temporal.PlainDate) =>
    new Date(of.toZonedDateTime({ timeZone: zone }).epochMilliseconds);
  return { day, from: midnight(date), to: midnight(date.add({ days: 1 })) };
}

const settledAfterMs = 3_600_000;
const mostDays = 31;

/**
 * The days to be compared with a partner: those that ended an hour ago or earlier, from the day after the last one compared
 * or the day of the first try on, oldest first; at most 31 at once.
 */
export function dueDays({
  now,
  zone,
  lastDay,
  firstTryAt,
}: {
  now: Date;
  zone: string;
  lastDay: string | null;
  firstTryAt: Date | null;
}): Day[] {
  const dateAt = (at: Date) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  const first = lastDay
    ? Temporal.PlainDate.from(lastDay).add({ days: 1 })
    : firstTryAt && dateAt(firstTryAt);
  const days: Day[] = [];
  if (!first) return days;
  for (let date = first; days.length < mostDays; date = date.add({ days: 1 })) {
    const day = dayNamed(date.toString(), zone);
    if (day.to.getTime() + settledAfterMs > now.getTime()) break;
    days.push(day);
  }
  return days;
}
