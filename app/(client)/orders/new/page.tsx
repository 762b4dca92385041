import type { Metadata } from 'next';
import { getLocale, getTimeZone, getTranslations } from 'next-intl/server';
import { PausedNotice } from '#app/billing-parts/paused-notice.tsx';
import { wallClockOf } from '#app/order-parts/wall-clock.ts';
import { currentSession, requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { publishedServices } from '#lib/catalog/index.ts';
import { estimate, minLeadMinutes, myLastRequest } from '#lib/ordering/index.ts';
import { requestLimits } from '#lib/ordering/inputs.ts';
import { RequestForm } from './request-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('ordering.new');
  return { title: t('title') };
}

/** The next full hour that leaves enough time to get ready. */
function proposedStart(now: Date): Date {
  const hour = 3_600_000;
  return new Date(Math.ceil((now.getTime() + 2 * minLeadMinutes * 60_000) / hour) * hour);
}

/** Request help [US-020]: service, what, when, where, contact, and what it will cost. */
export default async function NewOrderPage() {
  const ctx = await requireCtx('client');
  const [t, locale, timeZone, services, last, session] = await Promise.all([
    getTranslations('ordering.new'),
    getLocale(),
    getTimeZone(),
    publishedServices(ctx),
    myLastRequest(ctx),
    currentSession(),
  ]);
  const estimated = await estimate(
    ctx,
    services.map(({ serviceTypeId }) => serviceTypeId),
  );
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader back={<TextLink href="/orders">{t('back')}</TextLink>} title={t('title')} />
      <PausedNotice ctx={ctx} locale={locale} />
      {services.length === 0 ? (
        <EmptyState art="asleep" title={t('noServices')}>
          {t('noServicesLead')}
        </EmptyState>
      ) : (
        <RequestForm
          requestKey={ctx.newId()}
          accountId={ctx.actor.id}
          services={services.map((service) => ({
            id: service.serviceTypeId,
            name: localized(service.name, locale),
            description: localized(service.description, locale),
            durationMinutes: service.durationMinutes,
            ...estimated.services[service.serviceTypeId]!,
          }))}
          discountPercent={estimated.discountPercent}
          startsAt={wallClockOf(proposedStart(ctx.now), timeZone)}
          limits={requestLimits}
          earliest={wallClockOf(ctx.now, timeZone)}
          place={last?.place}
          contact={last?.contact ?? [session?.name, session?.email].filter(Boolean).join(', ')}
        />
      )}
    </div>
  );
}
