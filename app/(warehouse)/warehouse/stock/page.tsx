import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Table } from '#app/ui/table.tsx';
import { readStock } from '#lib/consumables/index.ts';
import { ItemDialog } from './item-dialog.tsx';
import { PurchaseLine } from './purchase-line.tsx';
import { StockState } from './stock-state.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('consumables.title'))('stock') };
}

/** The shelf: what is on hand, what open jobs reserve, what is being bought. */
export default async function Page() {
  const ctx = await requireCtx('staff');
  const [t, title, locale, stock] = await Promise.all([
    getTranslations('consumables.stock'),
    getTranslations('consumables.title'),
    getLocale(),
    readStock(ctx),
  ]);
  const purchases = stock.filter(({ purchase }) => purchase);
  return (
    <>
      <PageHeader title={title('stock')} lead={t('lead')} actions={<ItemDialog />} />
      {purchases.length > 0 && (
        <div className="mb-10">
          <Section title={t('purchases')}>
            <ul className="divide-y border-y">
              {purchases.map((item) => (
                <PurchaseLine
                  key={item.id}
                  itemName={localized(item.name, locale)}
                  unit={localized(item.unit, locale)}
                  purchase={item.purchase!}
                />
              ))}
            </ul>
          </Section>
        </div>
      )}
      <Table
        caption={title('stock')}
        rows={stock}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `/warehouse/stock/${id}`}
        columns={[
          {
            key: 'item',
            header: t('item'),
            className: 'min-w-[11em]',
            cell: (item) => localized(item.name, locale),
          },
          {
            key: 'onHand',
            header: t('onHand'),
            number: true,
            cell: (item) => (
              <>
                <span className="font-semibold">{item.onHandCount}</span>{' '}
                <span className="text-[0.9em] text-ink-2">{localized(item.unit, locale)}</span>
              </>
            ),
          },
          {
            key: 'reserved',
            header: t('reserved'),
            number: true,
            className: 'max-lg:hidden',
            cell: (item) => item.reservedCount,
          },
          {
            key: 'free',
            header: t('free'),
            number: true,
            wide: true,
            cell: (item) => item.onHandCount - item.reservedCount,
          },
          {
            key: 'point',
            header: t('point'),
            number: true,
            className: 'max-lg:hidden',
            cell: (item) => item.reorderPointCount,
          },
          { key: 'state', header: t('state'), cell: (item) => <StockState item={item} /> },
        ]}
        empty={
          <EmptyState art="shelf" title={t('emptyTitle')}>
            {t('empty')}
          </EmptyState>
        }
      />
    </>
  );
}
