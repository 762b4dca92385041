import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { StatementBadge } from '#app/billing-parts/document-badge.tsx';
import { monthName } from '#app/billing-parts/month-name.ts';
import { requireCtx } from '#app/session.ts';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { type DocumentState, listStatements } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { LastAttempt } from '../last-attempt.tsx';
import { StateTabs } from '../state-tabs.tsx';
import { BillingTabs } from '../tabs.tsx';

const pageSize = 50;
const states: readonly DocumentState[] = ['failed', 'unclear', 'settling', 'issued', 'carried_over', 'paid'];

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('payouts') };
}

/** All statements with how their payout went. */
export default async function PayoutsPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, locale, search] = await Promise.all([getTranslations('billing'), getLocale(), searchParams]);
  const state = states.find((each) => each === search.state);
  const { rows, total } = await listStatements(ctx, {
    state,
    limit: pageSize,
    offset: (pageOf(search) - 1) * pageSize,
  });
  const names = await accountNames(
    ctx,
    rows.map(({ workerId }) => workerId),
  );
  return (
    <>
      <PageHeader
        title={t('manage.title')}
        actions={
          total > 0 && (
            <DownloadLink href={`/manage/billing/payouts.csv${state ? `?state=${state}` : ''}`}>
              {t('movements.csv')}
            </DownloadLink>
          )
        }
      />
      <BillingTabs />
      <StateTabs path="/manage/billing/payouts" states={states} words="statementStates" current={state} />
      <Table
        caption={t('manage.tabs.payouts')}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/manage/billing/payouts/${row.id}`}
        columns={[
          { key: 'worker', header: t('columns.worker'), cell: (row) => names.get(row.workerId) ?? '–' },
          {
            key: 'month',
            header: t('columns.month'),
            cell: (row) => (
              <span className="inline-block first-letter:uppercase">{monthName(row.period, locale)}</span>
            ),
          },
          {
            key: 'issued',
            header: t('statement.issued'),
            wide: true,
            cell: (row) => <When at={row.issuedAt} mode="exact" />,
          },
          { key: 'state', header: t('columns.state'), cell: (row) => <StatementBadge state={row.state} /> },
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
        empty={<EmptyState art="asleep" title={t('manage.noStatements')} />}
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}
