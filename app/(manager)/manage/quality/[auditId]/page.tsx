import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { OrderBadge, orderLooks } from '#app/order-parts/order-badge.tsx';
import { requireCtx } from '#app/session.ts';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { Timeline } from '#app/ui/timeline.tsx';
import { When } from '#app/ui/when.tsx';
import { penaltyOf } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { historyOf, orderForManagers } from '#lib/ordering/index.ts';
import { auditDetails } from '#lib/quality/index.ts';
import { OrderPenalty } from '../../billing/order-penalty.tsx';
import { ConcludeForm, draftOfConclusion } from '../conclude-form.tsx';
import { Contacts } from '../contacts.tsx';
import { Findings } from '../findings.tsx';
import { LeftDraft } from '../left-draft.tsx';

type Props = { params: Promise<{ auditId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { audit } = await auditOf((await params).auditId);
  return { title: audit.requestNumber };
}

async function auditOf(auditId: string) {
  const ctx = await requireCtx('manager');
  try {
    return { ctx, ...(await auditDetails(ctx, auditId)) };
  } catch (error) {
    if (error instanceof Refused && error.code === 'quality.not_found') notFound();
    throw error;
  }
}

/** One study: everything about the order on the left, what we say to the client and conclude on the right. */
export default async function AuditPage({ params }: Props) {
  const { ctx, audit, contacts, hypothesis } = await auditOf((await params).auditId);
  const [t, to, locale, order, penalty] = await Promise.all([
    getTranslations('quality'),
    getTranslations('ordering'),
    getLocale(),
    orderForManagers(ctx, audit.orderId),
    audit.ending === 'failed' ? penaltyOf(ctx, audit.orderId) : null,
  ]);
  const [history, names] = await Promise.all([
    order ? historyOf(ctx, order) : [],
    accountNames(ctx, [
      audit.clientId,
      audit.workerId ?? '',
      audit.concludedBy ?? '',
      penalty?.waived?.byId ?? '',
      ...contacts.map(({ by }) => by),
    ]),
  ]);
  const photos = [
    { id: order?.startPhotoId, title: to('order.photoStart') },
    { id: order?.reportPhotoId, title: to('order.photoReport') },
  ].filter(({ id }) => id);
  const ended = history.at(-1);

  const facts: { key: string; value: ReactNode }[] = [
    { key: t('audit.client'), value: names.get(audit.clientId) ?? '–' },
    {
      key: to('order.worker'),
      value: (audit.workerId && names.get(audit.workerId)) || t('queue.noWorker'),
    },
  ];
  if (audit.cause) facts.push({ key: to('manage.cause'), value: to(`causes.${audit.cause as 'manager'}`) });
  if (audit.reason)
    facts.push({
      key: to('order.reason'),
      value: <p className="font-medium wrap-anywhere whitespace-pre-wrap">{audit.reason}</p>,
    });
  if (ended)
    facts.push({
      key: t('audit.by'),
      value: ended.actorKind === 'system' ? t('audit.system') : (ended.actorName ?? '–'),
    });
  if (order)
    facts.push(
      {
        key: to('order.what'),
        value: <p className="wrap-anywhere whitespace-pre-wrap">{order.what}</p>,
      },
      { key: to('order.when'), value: <When at={order.startsAt} mode="both" /> },
      { key: to('order.where'), value: <span className="wrap-anywhere">{order.place}</span> },
      { key: to('order.contact'), value: <span className="wrap-anywhere">{order.contact}</span> },
      {
        key: to('order.price'),
        value: order.priceCents === null ? t('audit.noPrice') : <Money cents={order.priceCents} />,
      },
    );
  if (order?.originalOrderId)
    facts.push({
      key: to('order.original'),
      value: <TextLink href={`/manage/orders/${order.originalOrderId}`}>{to('order.openOriginal')}</TextLink>,
    });
  if (order?.reorderedAsId)
    facts.push({
      key: to('order.again'),
      value: <TextLink href={`/manage/orders/${order.reorderedAsId}`}>{to('order.openAgain')}</TextLink>,
    });

  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/quality">{t('title')}</TextLink>}
        title={
          <>
            {audit.requestNumber}{' '}
            {order && <span className="font-normal text-ink-2">{localized(order.serviceName, locale)}</span>}
          </>
        }
        badge={
          <>
            <OrderBadge state={audit.ending} />
            <StateBadge
              tone={audit.concludedAt ? 'good' : audit.kind === 'incident' ? 'next' : 'info'}
              shape={audit.concludedAt ? 'tick' : audit.kind === 'incident' ? 'alert' : 'dashed'}
            >
              {t(`kind.${audit.kind}`)}
            </StateBadge>
          </>
        }
        actions={<LinkButton href={`/manage/orders/${audit.orderId}`}>{t('audit.order')}</LinkButton>}
      />
      <div className="grid items-start gap-x-8 gap-y-8 lg:grid-cols-2 xl:gap-x-12">
        <div className="min-w-0">
          <Section id="facts" title={t('audit.facts')}>
            <KeyValue dense items={facts} />
          </Section>
          {photos.length > 0 && (
            <Section id="photos" title={to('order.photos')}>
              <ul className="flex flex-wrap gap-4">
                {photos.map(({ id, title }) => (
                  <li key={id} className="w-52">
                    <a
                      href={`/api/photos/${id}`}
                      target="_blank"
                      rel="noreferrer"
                      className="block overflow-hidden rounded-md border bg-sunken"
                    >
                      {/* biome-ignore lint/performance/noImgElement: photos come from our own route, already resized. */}
                      <img
                        src={`/api/photos/${id}`}
                        alt={to('order.photoAlt', { title })}
                        loading="lazy"
                        className="aspect-4/3 w-full object-cover"
                      />
                    </a>
                    <p className="mt-1 text-ink-2">{title}</p>
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Section id="history" title={t('audit.history')}>
            {order ? (
              <Timeline
                label={t('audit.history')}
                steps={history.map((line) => ({
                  id: line.toState,
                  ...orderLooks[line.toState],
                  title: to(`states.${line.toState}`),
                  aside: <When at={line.at} mode="exact" />,
                  detail: [
                    line.actorKind === 'system' ? t('audit.system') : line.actorName,
                    line.cause && to(`causes.${line.cause}`),
                    line.reason,
                  ]
                    .filter(Boolean)
                    .join(' · '),
                }))}
              />
            ) : (
              <p className="text-ink-2">{t('audit.gone')}</p>
            )}
          </Section>
        </div>
        <div className="min-w-0">
          {audit.findings && audit.concludedAt ? (
            <>
              <LeftDraft
                draft={draftOfConclusion(audit.id, ctx.actor.id)}
                filed={[
                  ...Object.values(audit.findings).filter((found) => typeof found === 'string'),
                  hypothesis?.claim ?? '',
                  hypothesis?.measure ?? '',
                ]}
                title={t.rich('left.title', {
                  name: names.get(audit.concludedBy ?? '') ?? '–',
                  when: () => <When key="when" at={audit.concludedAt!} mode="exact" />,
                })}
              />
              <Findings audit={audit} hypothesis={hypothesis} by={names.get(audit.concludedBy ?? '')} />
            </>
          ) : (
            <Section id="conclude" title={t(`conclude.${audit.kind}`)} lead={t(`conclude.${audit.kind}Lead`)}>
              <ConcludeForm
                auditId={audit.id}
                kind={audit.kind}
                workerId={audit.workerId}
                accountId={ctx.actor.id}
              />
            </Section>
          )}
          {penalty && <OrderPenalty orderId={audit.orderId} penalty={penalty} names={names} />}
          <Contacts auditId={audit.id} contacts={contacts} names={names} />
        </div>
      </div>
    </>
  );
}
