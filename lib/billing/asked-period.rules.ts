import { Temporal } from 'temporal-polyfill';
import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';

const aDay = /^20\d\d-\d\d-\d\d$/;
const anInstant = /^20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/;

function startOf(text: string, zone: string, { daysLater }: { daysLater: number }): Date | null {
  try {
    if (anInstant.test(text)) return new Date(Temporal.Instant.from(text).epochMilliseconds);
    if (!aDay.test(text)) return null;
    const day = Temporal.PlainDate.from(text, { overflow: 'reject' }).add({ days: daysLater });
    return new Date(day.toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
}

/**
 * The period that somebody asked for: from the beginning of a first day to the end of a last one in a zone, or between two
 * exact instants; either side may be left open. Refuses what is no day, and an end that is not after its beginning.
 */
export function askedPeriod(
  { from, to }: { from?: string; to?: string },
  zone: string,
): Ruling<{ from?: Date; to?: Date }> {
  const begin = from ? startOf(from, zone, { daysLater: 0 }) : undefined;
  const end = to ? startOf(to, zone, { daysLater: 1 }) : undefined;
  if (begin === null || end === null || (begin && end && begin >= end))
    return refused('billing.not_a_period');
  return ruled({ from: begin, to: end });
}
