import { useLocale, useTranslations } from 'next-intl';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { Link } from '#app/ui/link.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { When } from '#app/ui/when.tsx';
import type { OrderLine } from '#lib/ordering/index.ts';

/** Orders one under another, each a link to its page. */
export function OrderRows({ orders, label }: { orders: readonly OrderLine[]; label: string }) {
  const t = useTranslations('ordering.list');
  const locale = useLocale();
  return (
    <ul aria-label={label} className="divide-y border-y">
      {orders.map((order) => (
        <li
          key={order.id}
          className="relative -mx-3 grid gap-x-6 gap-y-1.5 rounded-md px-3 py-4 hover:bg-sunken sm:grid-cols-[minmax(0,1fr)_auto]"
        >
          <div className="min-w-0">
            <Link
              href={`/orders/${order.id}`}
              className="text-lg font-semibold after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
            >
              {localized(order.serviceName, locale)}
            </Link>
            <p className="truncate text-ink-2">{order.what}</p>
            <p className="mt-1 flex flex-wrap gap-x-4 text-sm text-ink-2">
              <span>{order.requestNumber}</span>
              <When at={order.startsAt} mode="exact" />
              {order.workerName && (
                <span key={order.workerName} className="animate-arrive">
                  {order.workerName}
                </span>
              )}
            </p>
          </div>
          <div className="flex items-center justify-between gap-4 sm:flex-col sm:items-end sm:justify-start">
            <OrderBadge state={order.state} />
            {order.priceCents !== null ? (
              <span key="price" className="animate-arrive font-medium tabular-nums">
                <Money cents={order.priceCents} />
              </span>
            ) : (
              !order.endedAt && <span className="text-sm text-ink-3">{t('noPrice')}</span>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
