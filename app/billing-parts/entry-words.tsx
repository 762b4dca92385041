import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { localized } from '#app/ui/localized.ts';
import { invoiceNumber } from './invoice-number.ts';
import { methodWords } from './method-words.ts';
import { monthName } from './month-name.ts';

type T = ReturnType<typeof useTranslations<'billing'>>;
type Entry = { kind: string; details: Record<string, unknown> };

/** The text of a movement of money and what is put in: the order, the invoice, the reason behind it. */
function wordsOf(
  t: T,
  locale: string,
  { kind, details }: Entry,
): [key: string, values: Record<string, string>] {
  const text = (key: string) => (typeof details[key] === 'string' ? (details[key] as string) : '');
  const service = details.serviceName
    ? localized(details.serviceName as { en: string; ru: string }, locale)
    : '';
  const order = { service, number: text('requestNumber') };
  const back = {
    method: methodWords(t, text('method')),
    number: invoiceNumber(Number(details.invoiceNumber)),
  };
  switch (kind) {
    case 'order_charged':
    case 'worker_earned':
      return ['entry.order', order];
    case 'discount_given':
      return ['entry.discount', order];
    case 'charge_succeeded':
      return ['entry.payment', { number: invoiceNumber(Number(details.invoiceNumber)) }];
    case 'charge_succeeded_again':
      return ['entry.paidTwice', { number: invoiceNumber(Number(details.invoiceNumber)) }];
    case 'debt_written_off':
      return ['entry.writtenOff', { number: invoiceNumber(Number(details.invoiceNumber)) }];
    case 'debt_reinstated':
      return ['entry.reinstated', { number: invoiceNumber(Number(details.invoiceNumber)) }];
    case 'refund_granted':
      return ['entry.refund', { reason: text('reason') }];
    case 'refund_sent':
      return ['entry.refundSent', back];
    case 'refund_confirmed':
    case 'refund_confirmed_late':
      return ['entry.refundArrived', back];
    case 'refund_failed':
      return ['entry.refundFailed', back];
    case 'payout_confirmed_again':
    case 'payout_confirmed_twice':
      return ['entry.payoutTwice', { month: monthName(text('period'), locale) }];
    case 'payout_returned':
      return ['entry.payoutReturned', { month: monthName(text('period'), locale) }];
    case 'worker_fined':
      return ['entry.fine', order];
    case 'penalty_waived':
      return ['entry.waived', order];
    case 'bonus_given':
      return ['entry.bonus', { reason: text('reason') }];
    default:
      return [
        'entry.payout',
        { kind: t(`kinds.${kind}` as never), month: monthName(text('period'), locale) },
      ];
  }
}

/** What a movement of money is, in the reader's words, for files. */
export function entryWords(t: T, locale: string, entry: Entry): string {
  const [key, values] = wordsOf(t, locale, entry);
  return t.markup(key as never, { ...values, n: (chunks: string) => chunks } as never);
}

const unbroken = (chunks: ReactNode) => (
  <span key="n" className="whitespace-nowrap">
    {chunks}
  </span>
);

/** The same for screens: a number is never broken, and an order that did not end well says so. */
export function EntryText({ entry }: { entry: Entry }) {
  const t = useTranslations('billing');
  const [key, values] = wordsOf(t, useLocale(), entry);
  const { outcome } = entry.details;
  const isOdd = entry.kind === 'order_charged' && (outcome === 'failed' || outcome === 'cancelled');
  return (
    <>
      {t.rich(key as never, { ...values, n: unbroken } as never)}
      {isOdd && <span className="ml-2 font-normal text-ink-2">{t(`outcomes.${outcome}`)}</span>}
    </>
  );
}
