import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { RadioCards } from '#app/ui/inputs.tsx';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { penaltyOf } from '#lib/billing/index.ts';
import { serviceVersion } from '#lib/catalog/index.ts';
import { readStock } from '#lib/consumables/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { matchOf } from '#lib/matching/index.ts';
import { allowedActions, historyOf, orderForManagers } from '#lib/ordering/index.ts';
import { OrderPenalty } from '../../billing/order-penalty.tsx';
import { end } from '../actions.ts';
import { MatchTrace } from './match-trace.tsx';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const ctx = await requireCtx('manager');
  const order = await orderForManagers(ctx, (await params).id);
  return order ? { title: order.requestNumber } : {};
}

/** One order as managers see it: every fact, the whole history, how it was matched, and the way to end it. */
export default async function ManageOrderPage({ params }: Props) {
  const ctx = await requireCtx('manager');
  const { id } = await params;
  const order = await orderForManagers(ctx, id);
  if (!order) notFound();
  const [t, skill, catalog, locale, history, match, version, stock, penalty] = await Promise.all([
    getTranslations('ordering'),
    getTranslations('catalog.skills'),
    getTranslations('catalog'),
    getLocale(),
    historyOf(ctx, order),
    matchOf(ctx, id),
    serviceVersion(ctx, order.serviceVersionId),
    readStock(ctx),
    order.state === 'failed' ? penaltyOf(ctx, id) : null,
  ]);
  const penaltyNames = penalty
    ? await accountNames(ctx, [penalty.workerId, ...(penalty.waived ? [penalty.waived.byId] : [])])
    : new Map<string, string>();
  const itemNames = new Map(stock.map((item) => [item.code, localized(item.name, locale)]));
  const ends = allowedActions(order, 'manager');
  const outcomes = ends.map(({ action, allowed, reason }) => {
    const outcome = action.replace('end_', '') as 'completed' | 'failed' | 'cancelled';
    return {
      value: outcome,
      label: t(`states.${outcome}`),
      hint: allowed || !reason ? undefined : t(`reasons.${reason}` as 'reasons.end_failed'),
      disabled: !allowed,
    };
  });
  const photo = (photoId: string | null, title: string) =>
    photoId && (
      <li key={photoId} className="w-44">
        <a
          href={`/api/photos/${photoId}`}
          target="_blank"
          rel="noreferrer"
          className="block overflow-hidden rounded-md border bg-sunken"
        >
          {/* biome-ignore lint/performance/noImgElement: photos come from our own route, already resized. */}
          <img
            src={`/api/photos/${photoId}`}
            alt={t('order.photoAlt', { title })}
            loading="lazy"
            className="aspect-4/3 w-full object-cover"
          />
        </a>
        <p className="mt-1 text-ink-2">{title}</p>
      </li>
    );
  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/orders">{t('manage.back')}</TextLink>}
        title={
          <>
            {order.requestNumber}{' '}
            <span className="font-normal text-ink-2">{localized(order.serviceName, locale)}</span>
          </>
        }
        badge={<OrderBadge state={order.state} size="lg" />}
        actions={
          outcomes.length > 0 && (
            <ConfirmButton
              action={end}
              hidden={{ orderId: order.id }}
              title={t('manage.endTitle')}
              description={t('manage.endLead')}
              reason={{ label: t('manage.endReason'), hint: t('manage.endReasonHint') }}
              fields={
                <Field name="outcome" label={t('manage.endOutcome')} required group>
                  <RadioCards options={outcomes} />
                </Field>
              }
              confirm={t('manage.endDo')}
            >
              {t('manage.end')}
            </ConfirmButton>
          )
        }
      />
      {order.overranAt && !order.endedAt && (
        <div className="mb-6">
          <Callout tone="warn" title={t('manage.overdueTitle')}>
            {t('manage.overdueLead')}
          </Callout>
        </div>
      )}
      <div className="grid gap-x-10 gap-y-8 xl:grid-cols-2">
        <div className="min-w-0">
          <Section title={t('manage.facts')} id="facts">
            <KeyValue
              dense
              items={[
                { key: t('manage.client'), value: order.clientName || '–' },
                {
                  key: t('manage.what'),
                  value: <p className="wrap-anywhere whitespace-pre-wrap">{order.what}</p>,
                },
                { key: t('order.when'), value: <When at={order.startsAt} mode="both" /> },
                { key: t('order.where'), value: <span className="wrap-anywhere">{order.place}</span> },
                { key: t('order.contact'), value: <span className="wrap-anywhere">{order.contact}</span> },
                { key: t('manage.placed'), value: <When at={order.placedAt} mode="both" /> },
                { key: t('manage.worker'), value: order.workerName ?? '–' },
                {
                  key: t('manage.cost'),
                  value: order.costCents === null ? '–' : <Money cents={order.costCents} />,
                },
                {
                  key: t('manage.discount'),
                  value: order.discountPercent === null ? '–' : `${order.discountPercent} %`,
                },
                {
                  key: t('manage.price'),
                  value: order.priceCents === null ? '–' : <Money cents={order.priceCents} />,
                },
                {
                  key: t('manage.version'),
                  value: (
                    <TextLink href={`/manage/services/${order.serviceTypeId}`}>
                      {localized(order.serviceName, locale)}
                      {version && ` · ${version.version}`}
                    </TextLink>
                  ),
                },
                {
                  key: t('manage.duration'),
                  value: catalog('minutesCount', { count: order.durationMinutes }),
                },
                {
                  key: t('manage.skills'),
                  value: order.skills.map((each) => skill(each as 'noise')).join(', '),
                },
                {
                  key: t('manage.kit'),
                  value:
                    order.kit
                      .map(({ itemCode, quantity }) => `${itemNames.get(itemCode) ?? itemCode} × ${quantity}`)
                      .join(', ') || t('manage.noKit'),
                },
                ...(order.failureCause
                  ? [{ key: t('manage.cause'), value: t(`causes.${order.failureCause}`) }]
                  : []),
                ...(order.endReason ? [{ key: t('order.reason'), value: order.endReason }] : []),
                ...(order.originalOrderId
                  ? [
                      {
                        key: t('order.original'),
                        value: (
                          <TextLink href={`/manage/orders/${order.originalOrderId}`}>
                            {t('order.openOriginal')}
                          </TextLink>
                        ),
                      },
                    ]
                  : []),
                ...(order.reorderedAsId
                  ? [
                      {
                        key: t('order.again'),
                        value: (
                          <TextLink href={`/manage/orders/${order.reorderedAsId}`}>
                            {t('order.openAgain')}
                          </TextLink>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          </Section>
          {penalty && <OrderPenalty orderId={id} penalty={penalty} names={penaltyNames} />}
          {(order.startPhotoId || order.reportPhotoId) && (
            <Section title={t('order.photos')} id="photos">
              <ul className="flex flex-wrap gap-4">
                {photo(order.startPhotoId, t('order.photoStart'))}
                {photo(order.reportPhotoId, t('order.photoReport'))}
              </ul>
            </Section>
          )}
        </div>
        <div className="min-w-0">
          <Section title={t('manage.history')} id="history">
            <Table
              caption={t('manage.historyCaption')}
              rows={history}
              rowKey={(line) => line.toState}
              columns={[
                {
                  key: 'change',
                  header: t('manage.change'),
                  cell: (line) => <OrderBadge state={line.toState} />,
                },
                { key: 'at', header: t('manage.at'), cell: (line) => <When at={line.at} mode="exact" /> },
                {
                  key: 'who',
                  header: t('manage.who'),
                  cell: (line) => {
                    const why = [line.cause && t(`causes.${line.cause}`), line.reason]
                      .filter(Boolean)
                      .join(': ');
                    return (
                      <>
                        {line.actorKind === 'system' ? (
                          <span className="text-ink-2" title={line.actorId}>
                            {t('manage.system')}
                          </span>
                        ) : (
                          (line.actorName ?? line.actorId)
                        )}
                        {why && <span className="block wrap-anywhere text-ink-2">{why}</span>}
                      </>
                    );
                  },
                },
              ]}
              empty={null}
            />
          </Section>
          <MatchTrace match={match} />
        </div>
      </div>
    </>
  );
}
