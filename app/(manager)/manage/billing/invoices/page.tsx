import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { InvoiceBadge } from '#app/billing-parts/document-badge.tsx';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { type DocumentState, listInvoices } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { LastAttempt } from '../last-attempt.tsx';
import { StateTabs } from '../state-tabs.tsx';
import { BillingTabs } from '../tabs.tsx';

const pageSize = 50;
const states: readonly DocumentState[] = ['failed', 'unclear', 'settling', 'issued', 'paid', 'written_off'];

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.invoices'))('title') };
}

/** All invoices with how their charge went. */
export default async function InvoicesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const state = states.find((each) => each === search.state);
  const { rows, total } = await listInvoices(ctx, {
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
            <DownloadLink href={`/manage/billing/invoices.csv${state ? `?state=${state}` : ''}`}>
              {t('movements.csv')}
            </DownloadLink>
          )
        }
      />
      <BillingTabs />
      <StateTabs path="/manage/billing/invoices" states={states} words="states" current={state} />
      <Table
        caption={t('invoices.title')}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/manage/billing/invoices/${row.id}`}
        columns={[
          { key: 'number', header: t('columns.number'), cell: (row) => invoiceNumber(row.number) },
          { key: 'client', header: t('columns.client'), cell: (row) => names.get(row.clientId) ?? '–' },
          {
            key: 'week',
            header: t('columns.week'),
            wide: true,
            cell: (row) => <When at={row.toAt} mode="date" />,
          },
          { key: 'state', header: t('columns.state'), cell: (row) => <InvoiceBadge state={row.state} /> },
          {
            key: 'attempt',
            header: t('columns.attempt'),
            wide: true,
            cell: (row) => (
              <LastAttempt attempt={row.lastAttempt} nextAttemptAt={row.nextAttemptAt} state={row.state} />
            ),
          },
          {
            key: 'amount',
            header: t('columns.amount'),
            number: true,
            cell: (row) => <Money cents={row.amountCents} bare />,
          },
        ]}
        empty={<EmptyState art="asleep" title={t('manage.noInvoices')} />}
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
