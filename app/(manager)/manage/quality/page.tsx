import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { requireCtx } from '#app/session.ts';
import { cx } from '#app/ui/cx.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Toolbar } from '#app/ui/layout-parts.tsx';
import { Link } from '#app/ui/link.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { pageOf, type Search, withSearch } from '#app/ui/search-params.ts';
import { type Column, Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { accountNames } from '#lib/identity/index.ts';
import { type Audit, auditQueue } from '#lib/quality/index.ts';
import { QualityHeader } from './quality-header.tsx';

const kinds = ['incident', 'sample'] as const;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('quality'))('title') };
}

/** The queue of orders to study: incidents arrive by themselves, samples are drawn [US-190][US-200]. */
export default async function QualityPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager');
  const search = await searchParams;
  const concluded = search.view === 'concluded';
  const kind = kinds.find((one) => one === search.kind);
  const q = typeof search.q === 'string' ? search.q.slice(0, 100) : '';
  const [t, to, { rows, total, pageSize }] = await Promise.all([
    getTranslations('quality'),
    getTranslations('ordering'),
    auditQueue(ctx, { concluded, kind, search: q, page: pageOf(search) }),
  ]);
  const names = await accountNames(
    ctx,
    rows.flatMap(({ clientId, workerId }) => [clientId, workerId ?? '']),
  );

  const columns: Column<Audit>[] = [
    { key: 'order', header: t('queue.order'), cell: (row) => row.requestNumber },
    { key: 'ended', header: t('queue.ended'), cell: (row) => <OrderBadge state={row.ending} /> },
    concluded
      ? {
          key: 'finding',
          header: t('queue.finding'),
          cell: ({ findings }) =>
            findings && (
              <TwoLines
                strong={
                  findings.kind === 'incident'
                    ? t(`faults.${findings.fault as 'nobody'}`)
                    : t(`grades.${findings.grade as 'good'}`)
                }
                rest={findings.kind === 'incident' ? findings.whatHappened : findings.whatWasGood}
              />
            ),
        }
      : {
          key: 'why',
          header: t('queue.why'),
          cell: (row) => (
            <TwoLines
              strong={
                row.kind === 'sample'
                  ? t('queue.picked')
                  : row.cause && to(`causes.${row.cause as 'manager'}`)
              }
              rest={row.reason}
            />
          ),
        },
    { key: 'client', header: t('queue.client'), wide: true, cell: (row) => names.get(row.clientId) ?? '–' },
    {
      key: 'worker',
      header: t('queue.worker'),
      wide: true,
      cell: (row) =>
        row.workerId ? (
          (names.get(row.workerId) ?? '–')
        ) : (
          <span className="text-ink-2">{t('queue.noWorker')}</span>
        ),
    },
    {
      key: 'when',
      header: concluded ? t('queue.concluded') : t('queue.opened'),
      cell: (row) => <When at={row.concludedAt ?? row.openedAt} />,
    },
  ];

  return (
    <>
      <QualityHeader ctx={ctx} current={concluded ? 'concluded' : 'open'} />
      <Toolbar end={<SearchField path="/manage/quality" search={search} label={t('queue.search')} />}>
        <nav aria-label={t('queue.kinds')} className="flex rounded-md border p-0.5">
          {([undefined, ...kinds] as const).map((one) => (
            <Link
              key={one ?? 'all'}
              href={withSearch(search, { kind: one, page: undefined })}
              aria-current={kind === one ? 'true' : undefined}
              className={cx(
                'flex min-h-7 items-center rounded-sm px-3',
                kind === one ? 'bg-sunken font-semibold text-ink' : 'text-ink-2 hover:text-ink',
              )}
            >
              {t(`kinds.${one ?? 'all'}`)}
            </Link>
          ))}
        </nav>
      </Toolbar>
      <Table
        caption={t('queue.caption')}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/manage/quality/${row.id}`}
        columns={columns}
        empty={
          q || kind || pageOf(search) > 1 ? (
            <EmptyState title={t('queue.nothingFound')}>{t('queue.nothingFoundLead')}</EmptyState>
          ) : concluded ? (
            <EmptyState title={t('queue.noneConcluded')}>{t('queue.noneConcludedLead')}</EmptyState>
          ) : (
            <EmptyState art="asleep" title={t('queue.none')}>
              {t('queue.noneLead')}
            </EmptyState>
          )
        }
      />
      <Pager search={search} pageSize={pageSize} total={total} />
    </>
  );
}

/** What it is in a word, and what was written about it, cut to two lines. */
function TwoLines({ strong, rest }: { strong?: string | null; rest?: string | null }) {
  return (
    <span className="line-clamp-2 max-w-md wrap-anywhere">
      {strong}
      {strong && rest && ': '}
      {rest && <span className={strong ? 'text-ink-2' : undefined}>{rest}</span>}
    </span>
  );
}
