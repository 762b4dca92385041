const units: Record<string, string> = { en: 'units', ru: 'ед.' };

/**
 * Minor units as a person reads them: "1,234.50 units", "1 234,50 ед.", "−40.00 units". Exact for any
 * bigint. `sign: 'always'` puts a plus before gains; `bare` leaves the word away, for columns that name it.
 */
export function formatMoney(
  cents: bigint,
  locale: string,
  options: { sign?: 'auto' | 'always'; bare?: boolean } = {},
): string {
  const negative = cents < 0n;
  const size = negative ? -cents : cents;
  const whole = new Intl.NumberFormat(locale, { useGrouping: true }).format(size / 100n);
  const point = locale.startsWith('ru') ? ',' : '.';
  const sign = negative ? '−' : options.sign === 'always' && cents > 0n ? '+' : '';
  const amount = `${sign}${whole}${point}${String(size % 100n).padStart(2, '0')}`;
  return options.bare ? amount : `${amount}\u00a0${units[locale.slice(0, 2)] ?? units.en}`;
}
