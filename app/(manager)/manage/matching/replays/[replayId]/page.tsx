import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Form } from '#app/ui/form.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Progress } from '#app/ui/stepper.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { type ReplayFigures, readReplay, replayMatchPage, replayPageSize } from '#lib/matching/index.ts';
import { orderLines } from '#lib/ordering/index.ts';
import { stop } from '../../actions.ts';
import { ReplayState } from '../replay-state.tsx';

type Props = { params: Promise<{ replayId: string }>; searchParams: Promise<Search> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('matching.replay'))('caption') };
}

/** One replay: how far it is, what would have changed, and its orders. */
export default async function ReplayPage({ params, searchParams }: Props) {
  const ctx = await requireCtx('manager');
  const { replayId } = await params;
  const search = await searchParams;
  const replay = await readReplay(ctx, replayId);
  if (!replay) notFound();
  const all = search.view === 'all';
  const [t, locale, { rows, total }] = await Promise.all([
    getTranslations('matching.replay'),
    getLocale(),
    replayMatchPage(ctx, { replayId, page: pageOf(search), changedOnly: !all }),
  ]);
  const lines = await orderLines(
    ctx,
    rows.map(({ orderId }) => orderId),
  );
  const base = `/manage/matching/replays/${replayId}`;
  const percent = (share: number) =>
    share.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/matching/replays">{t('back')}</TextLink>}
        title={t('title', { count: replay.totalCount })}
        badge={<ReplayState state={replay.state} />}
        lead={
          <>
            {t('reportLead', { version: replay.basedOnVersion })} <When at={replay.periodFrom} mode="exact" />{' '}
            – <When at={replay.periodTo} mode="exact" />
          </>
        }
        actions={
          replay.state === 'running' && (
            <Form action={stop} hidden={{ replayId }}>
              <Button type="submit">{t('stop')}</Button>
            </Form>
          )
        }
      />
      {replay.state === 'running' && (
        <Progress
          value={replay.doneCount}
          max={replay.totalCount}
          label={t('states.running')}
          text={t('progress', { done: replay.doneCount, all: replay.totalCount })}
        />
      )}
      {replay.figures && <Report figures={replay.figures} locale={locale} t={t} />}
      <Section id="orders" title={t('orders')}>
        <LinkTabs
          label={t('orders')}
          current={all ? `${base}?view=all` : base}
          items={[
            { href: base, label: t('changedOnly') },
            { href: `${base}?view=all`, label: t('allOrders') },
          ]}
        />
        <Table
          caption={t('orders')}
          rows={rows}
          rowKey={(row) => row.orderId}
          rowHref={(row) => `${base}/${row.orderId}`}
          columns={[
            {
              key: 'order',
              header: t('order'),
              cell: (row) => lines.get(row.orderId)?.requestNumber ?? row.orderId.slice(-8),
            },
            { key: 'was', header: t('was'), cell: (row) => row.wasName },
            {
              key: 'is',
              header: t('is'),
              cell: (row) =>
                row.workerId === row.wasWorkerId ? (
                  <span className="text-ink-2">{t('same')}</span>
                ) : (
                  <span className="font-medium">{row.name}</span>
                ),
            },
            {
              key: 'skill',
              header: t('skillColumn'),
              number: true,
              wide: true,
              cell: ({ skill }) => `${Math.round(skill.was)} → ${Math.round(skill.is)}`,
            },
            {
              key: 'risk',
              header: t('riskColumn'),
              number: true,
              wide: true,
              cell: ({ risk }) => `${percent(risk.was)} → ${percent(risk.is)}`,
            },
            {
              key: 'cost',
              header: t('costColumn'),
              number: true,
              cell: (row) => <Money cents={row.costCents} bare />,
            },
          ]}
          empty={t(all || replay.doneCount === 0 ? 'noOrders' : 'nobodyElse')}
        />
        <Pager search={search} pageSize={replayPageSize} total={total} />
      </Section>
    </>
  );
}

function Report({
  figures,
  locale,
  t,
}: {
  figures: ReplayFigures;
  locale: string;
  t: Awaited<ReturnType<typeof getTranslations<'matching.replay'>>>;
}) {
  const { is, was } = figures;
  const number = (value: number, digits = 2) =>
    value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const signed = (value: number, digits = 2) => `${value > 0 ? '+' : ''}${number(value, digits)}`;
  const [isCost, wasCost] = [BigInt(is.costCents), BigInt(was.costCents)];
  const rows = [
    {
      key: 'changedCount',
      is: `${figures.changedCount} / ${figures.orderCount}`,
      difference: figures.orderCount
        ? (figures.changedCount / figures.orderCount).toLocaleString(locale, {
            style: 'percent',
            maximumFractionDigits: 1,
          })
        : '–',
    },
    { key: 'gini', was: number(was.gini), is: number(is.gini), difference: signed(is.gini - was.gini) },
    {
      key: 'skill',
      was: number(was.skill, 1),
      is: number(is.skill, 1),
      difference: signed(is.skill - was.skill, 1),
    },
    {
      key: 'risk',
      was: `${number(100 * was.risk, 1)} %`,
      is: `${number(100 * is.risk, 1)} %`,
      difference: signed(100 * (is.risk - was.risk), 1),
    },
    {
      key: 'cost',
      was: <Money cents={wasCost} />,
      is: <Money cents={isCost} />,
      difference: <Money cents={isCost - wasCost} />,
    },
    { key: 'latency', is: `${number(figures.p50Ms, 1)} / ${number(figures.p95Ms, 1)} ms` },
    { key: 'skippedCount', is: String(figures.skippedCount) },
  ] as const;
  return (
    <Section id="report" title={t('report')}>
      <Table
        caption={t('report')}
        rows={
          rows as readonly {
            key: (typeof rows)[number]['key'];
            was?: unknown;
            is?: unknown;
            difference?: unknown;
          }[]
        }
        rowKey={({ key }) => key}
        columns={[
          { key: 'measure', header: t('measure'), cell: ({ key }) => t(key) },
          { key: 'was', header: t('was'), number: true, cell: (row) => (row.was as string) ?? '–' },
          { key: 'is', header: t('is'), number: true, cell: (row) => (row.is as string) ?? '–' },
          {
            key: 'difference',
            header: t('difference'),
            number: true,
            cell: (row) => (row.difference as string) ?? '–',
          },
        ]}
        empty={null}
      />
      {figures.leftOutCount > 0 && (
        <p className="mt-3 text-ink-2">{t('leftOut', { count: figures.leftOutCount })}</p>
      )}
    </Section>
  );
}
