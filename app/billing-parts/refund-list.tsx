import { useLocale, useTranslations } from 'next-intl';
import { formatMoney } from '#app/ui/format-money.ts';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import { Timeline } from '#app/ui/timeline.tsx';
import { When } from '#app/ui/when.tsx';
import type { Refund } from '#lib/billing/index.ts';
import { methodWords } from './method-words.ts';

const looks: Record<Refund['state'], { tone: Tone; shape: Shape }> = {
  sending: { tone: 'info', shape: 'half' },
  sent: { tone: 'good', shape: 'tick' },
  failed: { tone: 'bad', shape: 'cross' },
  unclear: { tone: 'next', shape: 'clock' },
};

export function RefundBadge({ state }: { state: Refund['state'] }) {
  const t = useTranslations('billing.refunds.states');
  return <StateBadge {...looks[state]}>{t(state)}</StateBadge>;
}

/** What went back of an invoice by the way it was paid, the latest first, and why. */
export function RefundList({ refunds }: { refunds: readonly Refund[] }) {
  const t = useTranslations('billing.refunds');
  const tb = useTranslations('billing');
  const locale = useLocale();
  return (
    <Timeline
      label={t('title')}
      steps={refunds.map((refund) => ({
        id: refund.id,
        ...looks[refund.state],
        title: t('line', {
          amount: formatMoney(refund.amountCents, locale),
          method: methodWords(tb, refund.attempt?.targetLabel ?? ''),
        }),
        aside: <When at={refund.settledAt ?? refund.createdAt} mode="exact" />,
        detail: (
          <>
            {t(`states.${refund.state}`)}, {t(`why.${refund.cause}`)}.
            {refund.state === 'failed' && ` ${t('failedNote')}`}
          </>
        ),
      }))}
    />
  );
}
