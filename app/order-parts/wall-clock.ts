import { Temporal } from 'temporal-polyfill';

/**
 * The instant of a wall-clock time as a form sends it ("2026-11-22T14:30"); undefined when it is none. A time that a
 * clock change skips or repeats is taken as Temporal does: skipped ones go forward, of repeated ones the first counts.
 */
export function instantOf(text: FormDataEntryValue | null, timeZone: string): Date | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined;
  try {
    return new Date(Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds);
  } catch {
    return undefined;
  }
}

/** The wall-clock time of an instant, to the minute, as a form shows it. */
export function wallClockOf(at: Date, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}

/** First and last instant of a day as an address names it ("2026-11-22"); undefined when it is none. */
export function dayBounds(text: unknown, timeZone: string): { from: Date; to: Date } | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  try {
    const day = Temporal.PlainDate.from(text);
    const startOf = (date: Temporal.PlainDate) =>
      new Date(date.toZonedDateTime({ timeZone }).epochMilliseconds);
    return { from: startOf(day), to: startOf(day.add({ days: 1 })) };
  } catch {
    return undefined;
  }
}
