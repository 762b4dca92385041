import type { Metadata } from 'next';
import Form from 'next/form';
import { getLocale, getTimeZone, getTranslations } from 'next-intl/server';
import { NewerOlder } from '#app/order-parts/newer-older.tsx';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { dayBounds } from '#app/order-parts/wall-clock.ts';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Toolbar } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { type Search, withSearch } from '#app/ui/search-params.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { activeCounts, allOrders, isOrderState, orderStates } from '#lib/ordering/index.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('ordering.manage');
  return { title: t('title') };
}

const path = '/manage/orders';
const textOf = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

/** Every order, by state, day and words; all of it in the address. */
export default async function ManageOrdersPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager');
  const [t, locale, timeZone, search] = await Promise.all([
    getTranslations('ordering'),
    getLocale(),
    getTimeZone(),
    searchParams,
  ]);
  const q = textOf(search.q)?.trim() || undefined;
  const state = search.state === 'active' ? 'active' : isOrderState(search.state) ? search.state : undefined;
  const bounds = dayBounds(search.day, timeZone);
  const day = bounds ? textOf(search.day) : undefined;
  const [page, counts] = await Promise.all([
    allOrders(ctx, {
      q,
      state,
      ...bounds,
      before: textOf(search.before),
      after: textOf(search.after),
    }),
    activeCounts(ctx),
  ]);
  const filters: Search = { q, state, day };
  const view = (value?: string) => `${path}${withSearch(filters, { state: value })}`;
  const open = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <PageHeader title={t('manage.title')} />
      <LinkTabs
        label={t('manage.views')}
        current={view(state)}
        items={[
          { href: view(), label: t('manage.all') },
          { href: view('active'), label: t('manage.active'), count: open },
          ...orderStates.map((each) => ({
            href: view(each),
            label: t(`states.${each}`),
            count: counts[each],
          })),
        ]}
      />
      <Toolbar
        end={
          <Form action={path} className="flex flex-wrap items-center gap-2">
            {q && <input type="hidden" name="q" value={q} />}
            {state && <input type="hidden" name="state" value={state} />}
            <label className="text-ink-2" htmlFor="day">
              {t('manage.day')}
            </label>
            <input
              id="day"
              key={day ?? ''}
              type="date"
              name="day"
              defaultValue={day}
              className="control w-auto!"
            />
            <Button type="submit">{t('manage.dayShow')}</Button>
            {day && (
              <LinkButton variant="quiet" href={`${path}${withSearch(filters, { day: undefined })}`}>
                {t('manage.dayClear')}
              </LinkButton>
            )}
          </Form>
        }
      >
        <SearchField path={path} search={filters} label={t('manage.search')} />
      </Toolbar>
      <Table
        caption={t('manage.caption')}
        rows={page.orders}
        rowKey={(order) => order.id}
        rowHref={(order) => `${path}/${order.id}`}
        columns={[
          {
            key: 'number',
            header: t('manage.number'),
            cell: (order) => order.requestNumber,
            className: 'whitespace-nowrap',
          },
          {
            key: 'state',
            header: t('manage.state'),
            cell: (order) => (
              <span className="inline-flex flex-wrap gap-1">
                <OrderBadge state={order.state} />
                {order.overranAt && !order.endedAt && (
                  <StateBadge tone="bad" shape="alert">
                    {t('manage.overran')}
                  </StateBadge>
                )}
              </span>
            ),
          },
          {
            key: 'service',
            header: t('manage.service'),
            cell: (order) => localized(order.serviceName, locale),
          },
          {
            key: 'what',
            header: t('manage.what'),
            wide: true,
            className: 'max-xl:hidden',
            cell: (order) => <span className="block max-w-72 truncate text-ink-2">{order.what}</span>,
          },
          { key: 'client', header: t('manage.client'), wide: true, cell: (order) => order.clientName },
          {
            key: 'worker',
            header: t('manage.worker'),
            wide: true,
            cell: (order) => order.workerName ?? <span className="text-ink-3">–</span>,
          },
          {
            key: 'starts',
            header: t('manage.starts'),
            wide: true,
            cell: (order) => <When at={order.startsAt} mode="exact" />,
          },
          {
            key: 'price',
            header: t('manage.price'),
            number: true,
            cell: (order) =>
              order.priceCents === null ? (
                <span className="text-ink-3">–</span>
              ) : (
                <Money cents={order.priceCents} bare />
              ),
          },
        ]}
        empty={
          q || state || day ? (
            <EmptyState
              title={t('manage.none')}
              action={<LinkButton href={path}>{t('manage.all')}</LinkButton>}
            >
              {t('manage.noneLead')}
            </EmptyState>
          ) : (
            <EmptyState art="asleep" title={t('manage.noneAtAll')}>
              {t('manage.noneAtAllLead')}
            </EmptyState>
          )
        }
      />
      <NewerOlder search={filters} newer={page.newer} older={page.older} />
    </>
  );
}
