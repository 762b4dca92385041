import { useLocale } from 'next-intl';
import { cx } from './cx.ts';
import { formatMoney } from './format-money.ts';

/** The one way money is shown. Minor units in; `coloured` makes gains green and losses red (with their sign). */
export function Money({
  cents,
  sign,
  bare,
  coloured,
  struck,
}: {
  cents: bigint;
  sign?: 'auto' | 'always';
  bare?: boolean;
  coloured?: boolean;
  struck?: boolean;
}) {
  const locale = useLocale();
  const text = formatMoney(cents, locale, { sign, bare });
  const look = cx(
    'whitespace-nowrap',
    coloured && cents > 0n && 'text-good',
    coloured && cents < 0n && 'text-bad',
  );
  return struck ? <s className={cx(look, 'text-ink-3')}>{text}</s> : <span className={look}>{text}</span>;
}
