import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { entriesHref } from '#app/billing-parts/entries-href.ts';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { ages, receivables } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { BillingTabs } from '../tabs.tsx';

const pageSize = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('receivables') };
}

/** What clients owe, by how long they have owed it; each total opens its entries. */
export default async function ReceivablesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const { rows, sums, total } = await receivables(ctx, {
    limit: pageSize,
    offset: (pageOf(search) - 1) * pageSize,
  });
  const names = await accountNames(
    ctx,
    rows.map(({ clientId }) => clientId),
  );
  const lastAge = ages.length - 1;
  return (
    <>
      <PageHeader
        title={t('manage.title')}
        actions={
          rows.length > 0 && (
            <DownloadLink href="/manage/billing/receivables.csv">{t('movements.csv')}</DownloadLink>
          )
        }
      />
      <BillingTabs />
      <Table
        caption={t('manage.tabs.receivables')}
        rows={rows}
        rowKey={(row) => row.clientId}
        rowHref={(row) => entriesHref({ accounts: [`clients:receivable:${row.clientId}`] })}
        columns={[
          { key: 'client', header: t('columns.client'), cell: (row) => names.get(row.clientId) ?? '–' },
          ...ages.map((age, i) => ({
            key: age,
            header: t(`manage.ages.${age}`),
            number: true as const,
            wide: i < lastAge,
            cell: (row: (typeof rows)[number]) =>
              row.cents[age] === 0n ? '–' : <Money cents={row.cents[age]} bare />,
          })),
          {
            key: 'total',
            header: t('manage.sum'),
            number: true,
            cell: (row) => <Money cents={row.totalCents} bare />,
          },
        ]}
        empty={
          <EmptyState art="asleep" title={t('manage.nothingOwed')}>
            {t('manage.nothingOwedLead')}
          </EmptyState>
        }
        footer={
          <tr>
            <td className="py-(--cell-y) pl-1">{t('manage.allClients')}</td>
            {ages.map((age, i) => (
              <td
                key={age}
                className={
                  i < lastAge
                    ? 'px-2 py-(--cell-y) text-right tabular-nums max-sm:hidden'
                    : 'px-2 py-(--cell-y) text-right tabular-nums'
                }
              >
                <Money cents={sums.cents[age]} bare />
              </td>
            ))}
            <td className="py-(--cell-y) pr-1 text-right tabular-nums">
              <Money cents={sums.totalCents} bare />
            </td>
          </tr>
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
