import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { failureWords } from '#app/billing-parts/failure-words.ts';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { methodWords } from '#app/billing-parts/method-words.ts';
import { RefundBadge } from '#app/billing-parts/refund-list.tsx';
import { requireCtx } from '#app/session.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { listRefunds, refundStates } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { refundAgainAction } from '../actions.ts';
import { ParkedActions } from '../ask-again.tsx';
import { BillingTabs } from '../tabs.tsx';

const pageSize = 50;
const path = '/manage/billing/refunds';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('refunds') };
}

/** Money that goes back to clients by the way it came, and how far it is. */
export default async function RefundsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const canAct = hasRole(ctx, 'billing');
  const [t, locale, search] = await Promise.all([getTranslations('billing'), getLocale(), searchParams]);
  const state = refundStates.find((each) => each === search.state);
  const { rows, total } = await listRefunds(ctx, {
    state,
    limit: pageSize,
    offset: (pageOf(search) - 1) * pageSize,
  });
  const names = await accountNames(
    ctx,
    rows.map(({ clientId }) => clientId),
  );
  return (
    <>
      <PageHeader
        title={t('manage.title')}
        actions={
          total > 0 && (
            <DownloadLink href={`/manage/billing/refunds.csv${state ? `?state=${state}` : ''}`}>
              {t('movements.csv')}
            </DownloadLink>
          )
        }
      />
      <BillingTabs />
      <LinkTabs
        label={t('manage.filter')}
        current={state ? `${path}?state=${state}` : path}
        items={[
          { href: path, label: t('manage.all') },
          ...refundStates.map((each) => ({
            href: `${path}?state=${each}`,
            label: t(`refunds.states.${each}`),
          })),
        ]}
      />
      <Table
        caption={t('manage.tabs.refunds')}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/manage/billing/invoices/${row.invoiceId}`}
        columns={[
          { key: 'client', header: t('columns.client'), cell: (row) => names.get(row.clientId) ?? '–' },
          {
            key: 'invoice',
            header: t('manage.refunds.invoice'),
            wide: true,
            className: 'whitespace-nowrap',
            cell: (row) => invoiceNumber(row.invoiceNumber),
          },
          {
            key: 'cause',
            header: t('manage.refunds.cause'),
            wide: true,
            cell: (row) => t(`manage.refunds.causes.${row.cause}`),
          },
          {
            key: 'way',
            header: t('manage.refunds.way'),
            wide: true,
            cell: (row) => (row.attempt ? methodWords(t, row.attempt.targetLabel) : '–'),
          },
          {
            key: 'state',
            header: t('columns.state'),
            cell: (row) => (
              <>
                <RefundBadge state={row.state} />
                {row.state === 'failed' && (
                  <span className="block text-[0.9286em] text-ink-2">
                    {failureWords(t, row.attempt?.failureCode ?? null)},{' '}
                    {t(row.canSendAgain ? 'manage.refunds.lowers' : 'manage.refunds.lowered')}
                  </span>
                )}
                {row.attempt?.state === 'parked' && canAct && (
                  <span className="relative block">
                    <ParkedActions attempt={row.attempt} size="sm" />
                  </span>
                )}
                {row.canSendAgain && canAct && (
                  <span className="relative mt-1 block">
                    <ConfirmButton
                      action={refundAgainAction}
                      hidden={{ refundId: row.id }}
                      title={t('manage.refunds.againTitle', { amount: formatMoney(row.amountCents, locale) })}
                      description={t('manage.refunds.againText')}
                      confirm={t('manage.refunds.again')}
                      tone="primary"
                    >
                      {t('manage.refunds.again')}
                    </ConfirmButton>
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'when',
            header: t('columns.when'),
            wide: true,
            cell: (row) => <When at={row.settledAt ?? row.createdAt} mode="exact" />,
          },
          {
            key: 'amount',
            header: t('columns.amount'),
            number: true,
            cell: (row) => (
              <TextLink href={entriesHref({ subject: row.id })} className="relative">
                <Money cents={row.amountCents} bare />
              </TextLink>
            ),
          },
        ]}
        empty={
          <EmptyState art="asleep" title={t('manage.refunds.none')}>
            {t('manage.refunds.noneLead')}
          </EmptyState>
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
