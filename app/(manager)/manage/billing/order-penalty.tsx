import { useTranslations } from 'next-intl';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { When } from '#app/ui/when.tsx';
import type { Penalty } from '#lib/billing/index.ts';
import { waivePenaltyAction } from './actions.ts';

/** The penalty of a failed order, on the screens of the order and of its audit: waived once, with a reason, and by whom. */
export function OrderPenalty({
  orderId,
  penalty: { amountCents, waived, workerId },
  names,
}: {
  orderId: string;
  penalty: Penalty;
  names: ReadonlyMap<string, string>;
}) {
  const t = useTranslations('billing.manage.penalty');
  const worker = names.get(workerId) ?? '–';
  const amount = () => <Money key="amount" cents={amountCents} />;
  return (
    <Section
      id="penalty"
      title={t('title')}
      actions={
        !waived && (
          <ConfirmButton
            action={waivePenaltyAction}
            hidden={{ orderId }}
            title={t('question', { worker })}
            description={t.rich('means', { amount })}
            reason={{ label: t('why'), hint: t('whyHint') }}
            confirm={t('waive')}
            tone="primary"
          >
            {t('waive')}
          </ConfirmButton>
        )
      }
    >
      <p>{t.rich(waived ? 'wasFined' : 'fined', { worker, amount })}</p>
      {waived && (
        <p className="mt-1 wrap-anywhere">
          {t.rich('waived', {
            name: names.get(waived.byId) ?? t('system'),
            reason: waived.reason,
            when: () => <When key="when" at={waived.at} mode="exact" />,
          })}
        </p>
      )}
    </Section>
  );
}
