import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { PausedNotice } from '#app/billing-parts/paused-notice.tsx';
import { NewerOlder } from '#app/order-parts/newer-older.tsx';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import type { Search } from '#app/ui/search-params.ts';
import { isOrderState, myActiveOrders, myOrders, orderStates } from '#lib/ordering/index.ts';
import { OrderRows } from './order-rows.tsx';
import { StateFilter } from './state-filter.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('ordering.list');
  return { title: t('title') };
}

const textOf = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

/** What is under way first, then what was; searching and filtering show one list of everything that matches. */
export default async function OrdersPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('client');
  const [t, locale, search] = await Promise.all([getTranslations('ordering'), getLocale(), searchParams]);
  const q = textOf(search.q)?.trim() || undefined;
  const state = isOrderState(search.state) ? search.state : undefined;
  const looking = Boolean(q || state);
  const cursor = { before: textOf(search.before), after: textOf(search.after) };
  const [active, page] = await Promise.all([
    looking ? [] : myActiveOrders(ctx),
    myOrders(ctx, { q, state, ended: !looking, ...cursor }),
  ]);
  const paging = Boolean(cursor.before || cursor.after);
  const nothingYet = !looking && !paging && active.length === 0 && page.orders.length === 0;

  const request = (
    <LinkButton href="/orders/new" variant="primary" size="lg">
      <Plus aria-hidden="true" />
      {t('request')}
    </LinkButton>
  );
  if (nothingYet) {
    return (
      <>
        <PageHeader title={t('list.title')} />
        <PausedNotice ctx={ctx} locale={locale} />
        <EmptyState art="orders" title={t('list.none')} action={request}>
          {t('list.noneLead')}
        </EmptyState>
      </>
    );
  }
  const tools = (
    <>
      <StateFilter
        current={state}
        label={t('list.filter')}
        all={t('list.allStates')}
        options={orderStates.map((each) => ({ value: each, label: t(`states.${each}`) }))}
      />
      <SearchField path="/orders" search={{ q, state }} label={t('list.search')} />
    </>
  );
  return (
    <>
      <PageHeader title={t('list.title')} actions={request} />
      <PausedNotice ctx={ctx} locale={locale} />
      {!looking && !paging && (
        <Section title={t('list.active')} id="active">
          {active.length > 0 ? (
            <OrderRows orders={active} label={t('list.active')} />
          ) : (
            <p className="border-y py-6 text-ink-2">{t('list.noneActive')}</p>
          )}
        </Section>
      )}
      <Section title={t(looking ? 'list.found' : 'list.history')} id="history" actions={tools}>
        {page.orders.length > 0 ? (
          <OrderRows orders={page.orders} label={t(looking ? 'list.found' : 'list.history')} />
        ) : looking || paging ? (
          <EmptyState
            title={t('list.noneFound')}
            action={<LinkButton href="/orders">{t('list.showAll')}</LinkButton>}
          >
            {t('list.noneFoundLead')}
          </EmptyState>
        ) : (
          <p className="border-y py-6 text-ink-2">{t('list.noneHistory')}</p>
        )}
        <NewerOlder search={search} newer={page.newer} older={page.older} />
      </Section>
    </>
  );
}
