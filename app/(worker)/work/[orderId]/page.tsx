import { MapPin, Phone } from 'lucide-react';
import { notFound } from 'next/navigation';
import { getFormatter, getLocale, getTranslations } from 'next-intl/server';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { readKits } from '#lib/consumables/index.ts';
import { noShowLimit, readOrder } from '#lib/ordering/index.ts';
import { KitBadge } from '../kit-state.tsx';
import { Proof } from './proof.tsx';

/** One order on the worker's phone: where, when, what, whom to ask, the box, and low on the screen what to do now. */
export default async function Page({ params }: { params: Promise<{ orderId: string }> }) {
  const ctx = await requireCtx('worker');
  const order = await readOrder(ctx, (await params).orderId);
  if (!order || order.workerId !== ctx.actor.id) notFound();
  const [t, causes, locale, format, kits, checkInBy] = await Promise.all([
    getTranslations('execution'),
    getTranslations('ordering.causes'),
    getLocale(),
    getFormatter(),
    readKits(ctx, [order.id]),
    noShowLimit(ctx, order.startsAt),
  ]);
  const kit = kits.get(order.id);
  const clock = (at: Date) => format.dateTime(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const phone = /\+?[\d][\d ()-]{5,}\d/.exec(order.contact)?.[0];
  const photos = [
    { id: order.startPhotoId, title: t('order.photoStart') },
    { id: order.reportPhotoId, title: t('order.photoReport') },
  ].filter((photo) => photo.id !== null);
  const ended = order.failureCause ? causes(order.failureCause) : null;
  return (
    <>
      <p className="mb-2 text-[0.9375em]">
        <TextLink href="/work">{t('order.back')}</TextLink>
      </p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="text-[1.5em] leading-tight">{localized(order.serviceName, locale)}</h1>
        <OrderBadge state={order.state} />
      </div>
      <p className="mt-2 flex flex-wrap gap-x-2 text-[1.15em] font-semibold">
        <When at={order.startsAt} mode="exact" />
        <When at={order.startsAt} className="text-ink-2" />
      </p>
      <p className="text-ink-2">
        {t('order.minutes', { count: order.durationMinutes })} · {order.requestNumber}
      </p>

      {(order.state === 'assigned' || order.state === 'ready') && (
        <p className="mt-2 font-medium text-accent-ink">{t('order.checkInBy', { time: clock(checkInBy) })}</p>
      )}

      {(ended || order.endReason) && (
        <div className="mt-4 wrap-anywhere">
          <Callout tone="warn" title={ended ?? undefined}>
            {order.endReason}
          </Callout>
        </div>
      )}
      {order.state === 'reported' && (
        <div className="mt-4">
          <Callout tone="good">{t('order.reported')}</Callout>
        </div>
      )}

      <dl className="mt-5 divide-y border-y wrap-anywhere">
        <div className="py-3">
          <dt className="text-[0.9em] text-ink-2">{t('order.where')}</dt>
          <dd className="flex gap-2 font-medium whitespace-pre-line">
            <MapPin className="mt-0.5 size-5 shrink-0 text-ink-2" aria-hidden="true" />
            {order.place}
          </dd>
        </div>
        <div className="py-3">
          <dt className="text-[0.9em] text-ink-2">{t('order.what')}</dt>
          <dd className="whitespace-pre-line">{order.what}</dd>
        </div>
        <div className="py-3">
          <dt className="text-[0.9em] text-ink-2">{t('order.contact')}</dt>
          <dd className="flex items-center gap-2">
            <span className="min-w-0 flex-1">{order.contact}</span>
            {phone && (
              <a
                href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}
                aria-label={phone}
                className="grid size-(--control) place-items-center rounded-md border border-edge bg-surface hover:bg-sunken"
              >
                <Phone className="size-5" aria-hidden="true" />
              </a>
            )}
          </dd>
        </div>
        <div className="py-3">
          <dt className="flex flex-wrap items-center justify-between gap-2 text-[0.9em] text-ink-2">
            {t('kit.title')} <KitBadge kit={kit} />
          </dt>
          <dd>
            {kit && order.state === 'assigned' && (
              <p className="mt-1">{t('kit.pickUp', { time: clock(kit.dueAt) })}</p>
            )}
            {kit && (
              <ul className="mt-1">
                {kit.items.map((item) => (
                  <li key={item.name.en} className="flex justify-between gap-4">
                    <span>{localized(item.name, locale)}</span>
                    <span className="whitespace-nowrap text-ink-2 tabular-nums">
                      {item.count} {localized(item.unit, locale)}
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {kit?.prediction && (
              <figure className="mt-3">
                <figcaption className="text-[0.9em] text-ink-2">{t('kit.prediction')}</figcaption>
                <blockquote className="mt-1 border-l-4 border-accent pl-3">
                  {localized(kit.prediction, locale)}
                </blockquote>
              </figure>
            )}
          </dd>
        </div>
      </dl>

      {photos.length > 0 && (
        <div className="mt-6">
          <Section title={t('order.photos')}>
            <div className="grid grid-cols-2 gap-3">
              {photos.map((photo) => (
                <a key={photo.id} href={`/api/photos/${photo.id}`} className="block rounded-md">
                  {/* biome-ignore lint/performance/noImgElement: our own route, already the right size */}
                  <img
                    src={`/api/photos/${photo.id}`}
                    alt={photo.title}
                    loading="lazy"
                    className="aspect-square w-full rounded-md border object-cover"
                  />
                  <span className="mt-1 block text-[0.9em] text-ink-2">{photo.title}</span>
                </a>
              ))}
            </div>
          </Section>
        </div>
      )}

      <Proof order={{ id: order.id, requestNumber: order.requestNumber, state: order.state }} />
    </>
  );
}
