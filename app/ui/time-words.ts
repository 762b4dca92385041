const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['week', 7 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** "in 5 minutes", "yesterday", "now" (under a minute). */
export function relativeTime(at: Date, nowMilliseconds: number, locale: string): string {
  const seconds = (at.getTime() - nowMilliseconds) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** Wall-clock time of a zone. The year only when it is not this one, unless `full`; the zone by a name that people know. */
export function exactTime(
  at: Date,
  locale: string,
  timeZone: string,
  options: { withZone?: boolean; full?: boolean; dayOnly?: boolean; now: number },
): string {
  const year = (instant: Date) =>
    new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' }).format(instant);
  const showYear = options.full || year(at) !== year(new Date(options.now));
  const words = locale === 'en' ? 'en-GB' : locale;
  const parts = new Intl.DateTimeFormat(words, {
    timeZone,
    weekday: options.full ? 'long' : 'short',
    day: 'numeric',
    month: options.full ? 'long' : 'short',
    year: showYear ? 'numeric' : undefined,
    ...(options.dayOnly
      ? {}
      : {
          hour: '2-digit',
          minute: '2-digit',
          second: options.full ? '2-digit' : undefined,
          timeZoneName: options.withZone ? 'short' : undefined,
        }),
  }).formatToParts(at);
  return parts
    .map(({ type, value }) =>
      type === 'timeZoneName' ? zoneName(value, at, words, timeZone, options.full) : value,
    )
    .join('');
}

/** "CET" as it is; "GMT+1" says little, so the place whose clocks these are: "(Германия)", in full "(Германия, GMT+1)". */
function zoneName(short: string, at: Date, words: string, timeZone: string, full?: boolean): string {
  if (!/^GMT[+-]/.test(short)) return short;
  const place = new Intl.DateTimeFormat(words, { timeZone, timeZoneName: 'shortGeneric' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  if (!place || /^GMT/.test(place)) return short;
  return full ? `(${place}, ${short})` : `(${place})`;
}
