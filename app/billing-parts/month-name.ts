/** "2026-03" in the reader's words: "March 2026". */
export function monthName(period: string, locale: string): string {
  const name = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${period}-15T00:00:00Z`),
  );
  return locale === 'ru' ? name.replace(/\s*г\.$/, '') : name;
}
