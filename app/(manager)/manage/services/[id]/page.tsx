import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { currentService, skills } from '#lib/catalog/index.ts';
import { readStock } from '#lib/consumables/index.ts';
import { retire } from '../actions.ts';
import { ServiceForm } from '../service-form.tsx';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const ctx = await requireCtx('manager');
  const [service, locale] = await Promise.all([currentService(ctx, (await params).id), getLocale()]);
  return service ? { title: localized(service.name, locale) } : {};
}

/** A service in its version in force; saving publishes the next. */
export default async function ServicePage({ params }: Props) {
  const ctx = await requireCtx('manager');
  const service = await currentService(ctx, (await params).id);
  if (!service) notFound();
  const [t, locale, stock] = await Promise.all([getTranslations('catalog'), getLocale(), readStock(ctx)]);
  return (
    <>
      <PageHeader
        back={<TextLink href="/manage/services">{t('back')}</TextLink>}
        title={localized(service.name, locale)}
        badge={
          service.retiredAt ? (
            <StateBadge shape="slash">{t('retired')}</StateBadge>
          ) : (
            <StateBadge tone="good" shape="tick">
              {t('offered')}
            </StateBadge>
          )
        }
        lead={
          <>
            {t('version')} {service.version}, <When at={service.publishedAt} />
          </>
        }
        actions={
          !service.retiredAt && (
            <ConfirmButton
              action={retire}
              hidden={{ serviceTypeId: service.serviceTypeId }}
              title={t('retireTitle')}
              description={t('retireLead')}
              reason={{ label: t('retireReason'), required: false }}
              confirm={t('retire')}
            >
              {t('retire')}
            </ConfirmButton>
          )
        }
      />
      {service.retiredAt && (
        <div className="mb-6">
          <Callout title={t('retiredNote')}>{t('retiredLead')}</Callout>
        </div>
      )}
      <ServiceForm
        key={service.version}
        requestKey=""
        accountId={ctx.actor.id}
        service={service}
        retired={service.retiredAt !== null}
        skills={skills}
        items={stock.map((item) => ({ value: item.code, label: localized(item.name, locale) }))}
      />
    </>
  );
}
