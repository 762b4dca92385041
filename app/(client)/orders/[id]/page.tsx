import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTimeZone, getTranslations } from 'next-intl/server';
import { OrderBadge, orderLooks } from '#app/order-parts/order-badge.tsx';
import { wallClockOf } from '#app/order-parts/wall-clock.ts';
import { requireCtx } from '#app/session.ts';
import { formatMoney } from '#app/ui/format-money.ts';
import { Card, KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { type Step, Timeline } from '#app/ui/timeline.tsx';
import { When } from '#app/ui/when.tsx';
import { readSetting } from '#lib/kernel/settings.ts';
import {
  allowedActions,
  historyOf,
  isFinal,
  type Order,
  type OrderState,
  readOrder,
  unansweredAt,
} from '#lib/ordering/index.ts';
import { OrderActions } from './order-actions.tsx';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const ctx = await requireCtx('client');
  const [order, locale] = await Promise.all([readOrder(ctx, (await params).id), getLocale()]);
  return order ? { title: localized(order.serviceName, locale) } : {};
}

const usualWay: OrderState[] = ['placed', 'assigned', 'ready', 'in_progress', 'reported', 'completed'];

/** One sentence on what it means for the client. */
function nowLead(
  order: Order,
  bySystem: boolean,
  t: Awaited<ReturnType<typeof getTranslations<'ordering'>>>,
): string {
  const { state } = order;
  if (state === 'failed') {
    return `${t(`now.because.${order.failureCause ?? 'manager'}`)} ${t('now.failedLead')}`;
  }
  if (state === 'cancelled') {
    if (order.priceCents !== null) return t('now.cancelledLead');
    return t(bySystem ? 'now.cancelledUnmatched' : 'now.cancelledFree');
  }
  return t(`now.${state}Lead`);
}

/** One order: what happens now, what can be done, the facts, the photos, and how it came here. */
export default async function OrderPage({ params }: Props) {
  const ctx = await requireCtx('client');
  const { id } = await params;
  const order = await readOrder(ctx, id);
  if (!order) notFound();
  const [t, locale, timeZone, history, autoCompleteHours] = await Promise.all([
    getTranslations('ordering'),
    getLocale(),
    getTimeZone(),
    historyOf(ctx, order),
    readSetting(ctx, 'auto_complete_hours'),
  ]);
  const worker = order.workerName ?? '';
  const actions = allowedActions(order, 'client');
  const wants =
    order.state === 'reported' || actions.some((each) => each.action === 'reorder' && each.allowed);

  const steps: Step[] = history.map((line, index) => {
    const mine = line.actorId === ctx.actor.id;
    const by =
      line.actorKind === 'system'
        ? null
        : mine
          ? t('history.you')
          : line.actorId === order.workerId
            ? t('history.by', { name: worker })
            : t('history.manager');
    const last = index === history.length - 1;
    const said = line.reason ?? (line.cause && !mine ? t(`causes.${line.cause}`) : null);
    return {
      id: line.toState,
      title: line.toState === 'assigned' ? t('history.assignedTo', { worker }) : t(`history.${line.toState}`),
      detail: (
        <>
          <When at={line.at} mode="exact" />
          {by && ` · ${by}`}
          {said && <span className="block wrap-anywhere">{said}</span>}
        </>
      ),
      tone: last ? orderLooks[line.toState].tone : 'neutral',
      shape: last ? orderLooks[line.toState].shape : 'tick',
      phase: last && !isFinal(line.toState) ? 'now' : 'done',
    };
  });
  if (!isFinal(order.state)) {
    for (const state of usualWay.slice(usualWay.indexOf(order.state) + 1))
      steps.push({ id: state, title: t(`history.${state}`), phase: 'todo' });
  }

  const photos = [
    { id: order.startPhotoId, title: t('order.photoStart') },
    { id: order.reportPhotoId, title: t('order.photoReport') },
  ].filter((photo): photo is { id: string; title: string } => photo.id !== null);

  return (
    <>
      <PageHeader
        back={<TextLink href="/orders">{t('order.back')}</TextLink>}
        title={localized(order.serviceName, locale)}
        badge={<OrderBadge state={order.state} size="lg" />}
        lead={
          <>
            {t('order.number', { number: order.requestNumber })}, {t('order.placed')}{' '}
            <When at={order.placedAt} />
          </>
        }
      />
      <Card tone={wants ? 'next' : 'plain'} as="section" className="mb-10">
        <div key={order.state} className="animate-arrive" aria-live="polite">
          <h2 className="text-xl">{t(`now.${order.state}`, { worker })}</h2>
          <p className="mt-1 max-w-prose text-ink-2">
            {nowLead(order, history.at(-1)?.actorKind === 'system', t)}
            {order.state === 'reported' && order.reportedAt && (
              <>
                {' '}
                <When at={unansweredAt(order.reportedAt, autoCompleteHours)} />.
              </>
            )}
          </p>
        </div>
        <OrderActions
          key={`${order.id}-${order.state}`}
          orderId={order.id}
          actions={actions}
          price={order.priceCents === null ? undefined : formatMoney(order.priceCents, locale)}
          requestKey={ctx.newId()}
          earliest={wallClockOf(ctx.now, timeZone)}
          reorderedHref={order.reorderedAsId ? `/orders/${order.reorderedAsId}` : undefined}
        />
      </Card>
      <div className="grid gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div>
          <Section title={t('order.details')} id="details">
            <KeyValue
              items={[
                {
                  key: t('order.what'),
                  value: <p className="wrap-anywhere whitespace-pre-wrap">{order.what}</p>,
                },
                { key: t('order.when'), value: <When at={order.startsAt} mode="both" /> },
                { key: t('order.where'), value: <span className="wrap-anywhere">{order.place}</span> },
                { key: t('order.contact'), value: <span className="wrap-anywhere">{order.contact}</span> },
                {
                  key: t('order.worker'),
                  value: order.workerName ? (
                    <span key={order.workerName} className="inline-block animate-arrive font-medium">
                      {order.workerName}
                    </span>
                  ) : (
                    <span className="text-ink-2">
                      {t(isFinal(order.state) ? 'order.nobody' : 'order.looking')}
                    </span>
                  ),
                },
                {
                  key: t('order.price'),
                  value:
                    order.priceCents === null ? (
                      <span className="text-ink-2">
                        {t(isFinal(order.state) ? 'order.free' : 'order.soon')}
                      </span>
                    ) : (
                      <span key="price" className="inline-block animate-arrive">
                        <span className="font-medium tabular-nums">
                          <Money cents={order.priceCents} />
                        </span>
                        {order.discountPercent ? (
                          <span className="ml-2 text-ink-2">
                            {t('order.discount', { percent: order.discountPercent })}
                          </span>
                        ) : null}
                      </span>
                    ),
                },
                ...(order.originalOrderId
                  ? [
                      {
                        key: t('order.original'),
                        value: (
                          <TextLink href={`/orders/${order.originalOrderId}`}>
                            {t('order.openOriginal')}
                          </TextLink>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          </Section>
          {photos.length > 0 && (
            <Section title={t('order.photos')} id="photos">
              <ul className="grid gap-4 sm:grid-cols-2">
                {photos.map((photo) => (
                  <li key={photo.id}>
                    <a
                      href={`/api/photos/${photo.id}`}
                      target="_blank"
                      rel="noreferrer"
                      className="block overflow-hidden rounded-lg border bg-sunken"
                    >
                      {/* biome-ignore lint/performance/noImgElement: photos come from our own route, already resized. */}
                      <img
                        src={`/api/photos/${photo.id}`}
                        alt={t('order.photoAlt', { title: photo.title })}
                        loading="lazy"
                        className="aspect-4/3 w-full object-cover"
                      />
                    </a>
                    <p className="mt-1.5 text-sm text-ink-2">{photo.title}</p>
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </div>
        <div>
          <Section title={t('order.progress')} id="progress">
            <Timeline steps={steps} label={t('order.progress')} />
          </Section>
        </div>
      </div>
    </>
  );
}
