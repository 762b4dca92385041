import type { useTranslations } from 'next-intl';
import { localized } from '#app/ui/localized.ts';
import { invoiceNumber } from './invoice-number.ts';
import { monthName } from './month-name.ts';

type T = ReturnType<typeof useTranslations<'billing'>>;

/** What a movement of money is, in the reader's words: the order, the invoice, the reason behind it. */
export function entryWords(
  t: T,
  locale: string,
  { kind, details }: { kind: string; details: Record<string, unknown> },
): string {
  const text = (key: string) => (typeof details[key] === 'string' ? (details[key] as string) : '');
  const service = details.serviceName
    ? localized(details.serviceName as { en: string; ru: string }, locale)
    : '';
  const number = text('requestNumber');
  switch (kind) {
    case 'order_charged':
    case 'worker_earned':
      return t('entry.order', { service, number });
    case 'discount_given':
      return t('entry.discount', { number });
    case 'charge_succeeded':
      return t('entry.payment', { number: invoiceNumber(Number(details.invoiceNumber)) });
    case 'worker_fined':
      return t('entry.fine', { service, number });
    case 'penalty_waived':
      return t('entry.waived', { number });
    case 'bonus_given':
      return t('entry.bonus', { reason: text('reason') });
    case 'payout_sent':
    case 'payout_confirmed':
    case 'payout_failed':
    case 'payout_confirmed_late':
      return t('entry.payout', { kind: t(`kinds.${kind}`), month: monthName(text('period'), locale) });
    default:
      return kind;
  }
}

/** How the order ended, when that is worth a word: a completed one goes without saying. */
export function outcomeWord(t: T, details: Record<string, unknown>): string | undefined {
  const { outcome } = details;
  return outcome === 'failed' || outcome === 'cancelled' ? t(`outcomes.${outcome}`) : undefined;
}
