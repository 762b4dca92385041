import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { type Discrepancy, listDiscrepancies, listParked, listReconciliations } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { hasRole } from '#lib/kernel/ctx.ts';
import { AskAllAgain, ParkedActions } from '../ask-again.tsx';
import { BillingTabs } from '../tabs.tsx';
import { DiscrepancyActions } from './discrepancy-actions.tsx';

const pageSize = 30;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage.tabs'))('reconciliation') };
}

/** Our movements beside the partners' own lists, day by day; what differs is settled here. */
export default async function ReconciliationPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const pageFor = (param: string) => ({ limit: pageSize, offset: (pageOf(search, param) - 1) * pageSize });
  const pager = (param: string, total: number, label: string) => (
    <Pager
      search={search}
      pageSize={pageSize}
      total={total}
      param={param}
      label={label}
      anchor={param === 'page' ? 'days' : param}
    />
  );
  const [open, resolved, days, silent] = await Promise.all([
    listDiscrepancies(ctx, pageFor('open')),
    listDiscrepancies(ctx, { resolved: true, ...pageFor('resolved') }),
    listReconciliations(ctx, pageFor('page')),
    listParked(ctx, pageFor('silent')),
  ]);
  const names = await accountNames(
    ctx,
    resolved.rows.flatMap(({ resolvedById }) => resolvedById ?? []),
  );
  const canAct = hasRole(ctx, 'billing');
  const what = [
    {
      key: 'key',
      header: t('manage.reconciliation.key'),
      cell: (row: Discrepancy) => (
        <span className="break-all">
          {row.key}
          <span className="block text-[0.9375em] text-ink-2">
            {t(`manage.reconciliation.partners.${row.purpose}`)},{' '}
            {t(`manage.reconciliation.kinds.${row.kind}`)}
          </span>
        </span>
      ),
    },
    {
      key: 'ours',
      header: t('manage.reconciliation.ours'),
      wide: true,
      cell: (row: Discrepancy) => (
        <Side state={row.ourState && t(`attemptStates.${row.ourState}` as never)} cents={row.ourCents} />
      ),
    },
    {
      key: 'theirs',
      header: t('manage.reconciliation.theirs'),
      wide: true,
      cell: (row: Discrepancy) => (
        <Side
          state={row.theirStatus && t(`attemptStates.${row.theirStatus}` as never)}
          cents={row.theirCents}
        />
      ),
    },
  ];
  return (
    <>
      <PageHeader title={t('manage.title')} lead={canAct ? undefined : t('manage.readOnly')} />
      <BillingTabs />
      <Section id="open" title={t('manage.reconciliation.open')} lead={t('manage.reconciliation.lead')}>
        <Table
          caption={t('manage.reconciliation.open')}
          rows={open.rows}
          rowKey={(row) => row.key}
          columns={[
            ...what,
            {
              key: 'act',
              header: t('manage.reconciliation.settle'),
              cell: (row) => (canAct ? <DiscrepancyActions discrepancyKey={row.key} /> : '–'),
            },
          ]}
          empty={
            <EmptyState art="asleep" title={t('manage.reconciliation.none')}>
              {t('manage.reconciliation.noneLead')}
            </EmptyState>
          }
        />
        {pager('open', open.total, t('manage.reconciliation.open'))}
      </Section>
      {silent.total > 0 && (
        <Section
          id="silent"
          title={t('manage.reconciliation.silent')}
          lead={t('manage.reconciliation.silentLead')}
          actions={canAct && silent.total > 1 && <AskAllAgain />}
        >
          <Table
            caption={t('manage.reconciliation.silent')}
            rows={silent.rows}
            rowKey={(row) => row.id}
            columns={[
              {
                key: 'what',
                header: t('columns.what'),
                cell: (row) => (
                  <span className="break-all">
                    {t(`manage.reconciliation.purposes.${row.purpose}`)}
                    <span className="block text-[0.9375em] text-ink-2">{row.key}</span>
                  </span>
                ),
              },
              {
                key: 'since',
                header: t('columns.when'),
                wide: true,
                cell: (row) => <When at={row.createdAt} mode="exact" />,
              },
              {
                key: 'amount',
                header: t('columns.amount'),
                number: true,
                cell: (row) => <Money cents={row.amountCents} bare />,
              },
              {
                key: 'act',
                header: t('manage.reconciliation.settle'),
                cell: (row) => (canAct ? <ParkedActions attempt={row} size="sm" /> : '–'),
              },
            ]}
            empty={null}
          />
          {pager('silent', silent.total, t('manage.reconciliation.silent'))}
        </Section>
      )}
      {resolved.total > 0 && (
        <Section id="resolved" title={t('manage.reconciliation.resolved')}>
          <Table
            caption={t('manage.reconciliation.resolved')}
            rows={resolved.rows}
            rowKey={(row) => row.key}
            columns={[
              ...what,
              {
                key: 'how',
                header: t('manage.reconciliation.how'),
                cell: (row) => (
                  <>
                    {row.resolution ?? t('manage.reconciliation.byItself')}
                    <span className="block text-[0.9375em] text-ink-2">
                      {row.resolvedById && <>{names.get(row.resolvedById) ?? '–'}, </>}
                      <When at={row.resolvedAt!} mode="exact" />
                    </span>
                  </>
                ),
              },
            ]}
            empty={null}
          />
          {pager('resolved', resolved.total, t('manage.reconciliation.resolved'))}
        </Section>
      )}
      <Section id="days" title={t('manage.reconciliation.days')}>
        <Table
          caption={t('manage.reconciliation.days')}
          rows={days.rows}
          rowKey={(row) => row.id}
          columns={[
            {
              key: 'day',
              header: t('manage.reconciliation.day'),
              cell: (row) => <When at={row.fromAt} mode="date" />,
            },
            {
              key: 'partner',
              header: t('manage.reconciliation.partner'),
              cell: (row) => t(`manage.reconciliation.partners.${row.purpose}`),
            },
            {
              key: 'state',
              header: t('columns.state'),
              cell: (row) => (
                <StateBadge
                  tone={row.openCount ? 'bad' : row.finishedAt ? 'good' : 'info'}
                  shape={row.openCount ? 'alert' : row.finishedAt ? 'tick' : 'half'}
                >
                  {row.openCount
                    ? t('manage.reconciliation.openCount', { count: row.openCount })
                    : t(`manage.reconciliation.${row.finishedAt ? 'alike' : 'running'}`)}
                </StateBadge>
              ),
            },
            {
              key: 'matched',
              header: t('manage.reconciliation.matched'),
              number: true,
              cell: (row) => row.matchedCount,
            },
            {
              key: 'amount',
              header: t('columns.amount'),
              number: true,
              cell: (row) => <Money cents={row.matchedCents} bare />,
            },
          ]}
          empty={t('manage.reconciliation.noDays')}
        />
        {pager('page', days.total, t('manage.reconciliation.days'))}
      </Section>
    </>
  );
}

function Side({ state, cents }: { state: string | null; cents: bigint | null }) {
  if (!state) return '–';
  return (
    <>
      {state}
      {cents !== null && (
        <span className="block text-[0.9375em] text-ink-2">
          <Money cents={cents} bare />
        </span>
      )}
    </>
  );
}
