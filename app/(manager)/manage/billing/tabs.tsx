import { useTranslations } from 'next-intl';
import { LinkTabs } from '#app/ui/link-tabs.tsx';

/** The parts of billing. */
export function BillingTabs() {
  const t = useTranslations('billing.manage.tabs');
  return (
    <LinkTabs
      label={t('label')}
      items={[
        { href: '/manage/billing', label: t('overview') },
        { href: '/manage/billing/invoices', label: t('invoices') },
        { href: '/manage/billing/receivables', label: t('receivables') },
        { href: '/manage/billing/pauses', label: t('pauses') },
        { href: '/manage/billing/payouts', label: t('payouts') },
        { href: '/manage/billing/refunds', label: t('refunds') },
        { href: '/manage/billing/reconciliation', label: t('reconciliation') },
        { href: '/manage/billing/bonuses', label: t('bonuses') },
        { href: '/manage/billing/check', label: t('check') },
      ]}
    />
  );
}
