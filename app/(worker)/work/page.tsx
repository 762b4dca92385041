import { ChevronRight } from 'lucide-react';
import { getLocale, getTranslations } from 'next-intl/server';
import { NewerOlder } from '#app/order-parts/newer-older.tsx';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Link } from '#app/ui/link.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { localized } from '#app/ui/localized.ts';
import type { Search } from '#app/ui/search-params.ts';
import { When } from '#app/ui/when.tsx';
import { readKits } from '#lib/consumables/index.ts';
import { workOf } from '#lib/ordering/index.ts';
import { KitBadge } from './kit-state.tsx';

const views = ['active', 'completed', 'failed', 'cancelled'] as const;
type View = (typeof views)[number];

/** The worker's orders: active ones by their time, the others newest first [US-140]. */
export default async function Page({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('worker');
  const search = await searchParams;
  const view = views.find((each) => each === search.view) ?? 'active';
  const cursor = {
    before: typeof search.before === 'string' ? search.before : undefined,
    after: typeof search.after === 'string' ? search.after : undefined,
  };
  const [t, locale, { orders, newer, older }] = await Promise.all([
    getTranslations('execution.list'),
    getLocale(),
    workOf(ctx, { states: view === 'active' ? undefined : [view], ...cursor }),
  ]);
  const kits =
    view === 'completed'
      ? new Map()
      : await readKits(
          ctx,
          orders.map(({ id }) => id),
        );
  const href = (each: View) => (each === 'active' ? '/work' : `/work?view=${each}`);
  return (
    <>
      <h1 className="mb-2 text-[1.5em] leading-tight">{t('title')}</h1>
      <LinkTabs
        label={t('views')}
        current={href(view)}
        items={views.map((each) => ({ href: href(each), label: t(each) }))}
      />
      {orders.length === 0 && (
        <EmptyState art="asleep" title={t(`none.${view}`)}>
          {t(`noneLead.${view}`)}
        </EmptyState>
      )}
      <ul className="flex flex-col gap-3">
        {orders.map((order) => (
          <li key={order.id} className="relative animate-arrive rounded-lg border bg-surface p-4">
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <When at={order.startsAt} mode="exact" className="text-[1.1em] font-semibold" />
              {view === 'active' && <When at={order.startsAt} className="text-ink-2" />}
            </div>
            <div className="mt-1 flex items-center gap-2">
              <div className="min-w-0 flex-1">
                <Link
                  href={`/work/${order.id}`}
                  className="font-medium after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-focus"
                >
                  {localized(order.serviceName, locale)}
                </Link>
                <p className="text-ink-2">{order.place}</p>
              </div>
              <ChevronRight className="size-5 shrink-0 text-ink-3" aria-hidden="true" />
            </div>
            <div className="mt-3 flex flex-wrap gap-2">
              <OrderBadge state={order.state} />
              {(order.state === 'assigned' || kits.get(order.id)?.state === 'return') && (
                <KitBadge kit={kits.get(order.id)} />
              )}
            </div>
          </li>
        ))}
      </ul>
      <NewerOlder search={search} newer={newer} older={older} />
    </>
  );
}
