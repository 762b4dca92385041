import { useLocale, useTranslations } from 'next-intl';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import type { Invoice } from '#lib/billing/index.ts';
import { allowRequestsAction, writeOffAction } from '../actions.ts';

/** The two ways out for a paused client: let them go on with the debt, or give the debt up. */
export function PauseDecision({ invoice, client }: { invoice: Invoice; client: string }) {
  const t = useTranslations('billing.manage.pauses');
  return (
    <span className="flex flex-wrap gap-2 py-1">
      <ConfirmButton
        action={allowRequestsAction}
        hidden={{ invoiceId: invoice.id }}
        title={t('allowTitle', { client })}
        description={t('allowText')}
        confirm={t('allow')}
        reason={{ label: t('why'), required: true }}
        tone="primary"
        size="sm"
      >
        {t('allow')}
      </ConfirmButton>
      <WriteOff invoice={invoice} size="sm" />
    </span>
  );
}

/** Gives a failed invoice up. */
export function WriteOff({ invoice, size }: { invoice: Invoice; size?: 'sm' }) {
  const t = useTranslations('billing.manage.pauses');
  const locale = useLocale();
  if (invoice.state !== 'failed') return null;
  return (
    <ConfirmButton
      action={writeOffAction}
      hidden={{ invoiceId: invoice.id }}
      title={t('writeOffTitle', {
        number: invoiceNumber(invoice.number),
        amount: formatMoney(invoice.amountCents, locale),
      })}
      description={t('writeOffText')}
      confirm={t('writeOff')}
      reason={{ label: t('why'), required: true }}
      size={size}
    >
      {t('writeOff')}
    </ConfirmButton>
  );
}
