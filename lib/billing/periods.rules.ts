import { Temporal } from 'temporal-polyfill';
import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';

export type PeriodKind = 'week' | 'month';
/** `period` is the Sunday ("2026-03-08") or the month ("2026-03"); what happened at `from` or later and before `to` is in it. */
export type Period = { kind: PeriodKind; period: string; from: Date; to: Date };

/** Periods end at this hour of their Sunday or last day: documents arrive on that day, and no zone changes its clocks then. */
export const closingHour = 18;
const longestCatchUp = 60;

const closing = (day: Temporal.PlainDate, zone: string) =>
  new Date(day.toZonedDateTime({ timeZone: zone, plainTime: { hour: closingHour } }).epochMilliseconds);

function weekTo(sunday: Temporal.PlainDate, zone: string): Period {
  return {
    kind: 'week',
    period: sunday.toString(),
    from: closing(sunday.subtract({ days: 7 }), zone),
    to: closing(sunday, zone),
  };
}

const lastDay = (month: Temporal.PlainYearMonth) => month.toPlainDate({ day: month.daysInMonth });

function monthTo(month: Temporal.PlainYearMonth, zone: string): Period {
  return {
    kind: 'month',
    period: month.toString(),
    from: closing(lastDay(month.subtract({ months: 1 })), zone),
    to: closing(lastDay(month), zone),
  };
}

/** The period of that name in a zone: a Sunday for a week [US-220], a month [US-230]. Refuses any other text. */
export function periodNamed(kind: PeriodKind, name: string, zone: string): Ruling<Period> {
  if (!(kind === 'week' ? /^20\d\d-\d\d-\d\d$/ : /^20\d\d-\d\d$/).test(name))
    return refused(`billing.not_a_${kind}`);
  try {
    if (kind === 'month') return ruled(monthTo(Temporal.PlainYearMonth.from(name), zone));
    const day = Temporal.PlainDate.from(name, { overflow: 'reject' });
    return day.dayOfWeek === 7 ? ruled(weekTo(day, zone)) : refused('billing.not_a_sunday');
  } catch {
    return refused(`billing.not_a_${kind}`);
  }
}

/** The period that an instant falls in. */
export function periodAt(kind: PeriodKind, at: Date, zone: string): Period {
  const day = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  if (kind === 'week') {
    const sunday = day.add({ days: 7 - day.dayOfWeek });
    const period = weekTo(sunday, zone);
    return at < period.to ? period : weekTo(sunday.add({ days: 7 }), zone);
  }
  const month = day.toPlainYearMonth();
  const period = monthTo(month, zone);
  return at < period.to ? period : monthTo(month.add({ months: 1 }), zone);
}

/** The period after. */
export function periodAfter({ kind, to }: Period, zone: string): Period {
  return periodAt(kind, to, zone);
}

/**
 * Periods that have ended and were never closed, oldest first, from the one with the first entry on: a machine that was
 * off catches up. At most 60 at once.
 */
export function duePeriods(
  kind: PeriodKind,
  {
    now,
    zone,
    firstEntryAt,
    closed,
  }: { now: Date; zone: string; firstEntryAt: Date | null; closed: ReadonlySet<string> },
): Period[] {
  const due: Period[] = [];
  if (!firstEntryAt) return due;
  for (
    let p = periodAt(kind, firstEntryAt, zone);
    p.to <= now && due.length < longestCatchUp;
    p = periodAfter(p, zone)
  )
    if (!closed.has(p.period)) due.push(p);
  return due;
}
