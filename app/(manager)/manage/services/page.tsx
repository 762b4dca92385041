import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { localized } from '#app/ui/localized.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { allServices } from '#lib/catalog/index.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('catalog');
  return { title: t('title') };
}

/** What clients can ask for [US-021]. */
export default async function ServicesPage() {
  const ctx = await requireCtx('manager');
  const [t, locale, services] = await Promise.all([
    getTranslations('catalog'),
    getLocale(),
    allServices(ctx),
  ]);
  const fresh = (
    <LinkButton href="/manage/services/new" variant="primary">
      <Plus aria-hidden="true" />
      {t('new')}
    </LinkButton>
  );
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} actions={fresh} />
      <Table
        caption={t('caption')}
        rows={services}
        rowKey={(service) => service.serviceTypeId}
        rowHref={(service) => `/manage/services/${service.serviceTypeId}`}
        columns={[
          { key: 'name', header: t('name'), cell: (service) => localized(service.name, locale) },
          {
            key: 'state',
            header: t('state'),
            cell: (service) =>
              service.retiredAt ? (
                <StateBadge shape="slash">{t('retired')}</StateBadge>
              ) : (
                <StateBadge tone="good" shape="tick">
                  {t('offered')}
                </StateBadge>
              ),
          },
          {
            key: 'skills',
            header: t('needed'),
            wide: true,
            cell: (service) => (
              <span className="text-ink-2">
                {service.skills.map((skill) => t(`skills.${skill}` as 'skills.noise')).join(', ')}
              </span>
            ),
          },
          {
            key: 'kit',
            header: t('kit'),
            wide: true,
            cell: (service) => (
              <span className="text-ink-2">{t('kitCount', { count: service.kit.length })}</span>
            ),
          },
          {
            key: 'duration',
            header: t('duration'),
            number: true,
            cell: (service) => t('minutesCount', { count: service.durationMinutes }),
          },
          {
            key: 'version',
            header: t('version'),
            number: true,
            wide: true,
            cell: (service) => service.version,
          },
          {
            key: 'published',
            header: t('published'),
            wide: true,
            cell: (service) => <When at={service.publishedAt} mode="date" />,
          },
        ]}
        empty={
          <EmptyState art="shelf" title={t('none')} action={fresh}>
            {t('noneLead')}
          </EmptyState>
        }
      />
    </>
  );
}
