import type { useTranslations } from 'next-intl';

/** The name of a way to pay or to be paid, as an attempt has kept it, in the reader's words; a card is called what its owner called it. */
export function methodWords(t: ReturnType<typeof useTranslations<'billing'>>, label: string): string {
  if (label === 'Happy Cat Box payroll') return t('methods.payroll');
  return label === 'Golden Hat' ? t('methods.goldenHat') : label;
}
