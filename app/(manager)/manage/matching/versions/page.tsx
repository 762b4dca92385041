import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { localized } from '#app/ui/localized.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { When } from '#app/ui/when.tsx';
import { allServices } from '#lib/catalog/index.ts';
import { compare, readPipelineVersions } from '#lib/matching/index.ts';
import { restore } from '../actions.ts';
import { Changes } from '../changes.tsx';
import { MatchingHeader } from '../matching-header.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('matching.manage'))('caption') };
}

/** Every version that was ever in force: who, when, why, what it changed, and the way back to it. */
export default async function VersionsPage() {
  const ctx = await requireCtx('manager');
  const [t, locale, versions, all] = await Promise.all([
    getTranslations('matching.manage'),
    getLocale(),
    readPipelineVersions(ctx),
    allServices(ctx),
  ]);
  const services = all.map((service) => ({
    id: service.serviceTypeId,
    name: localized(service.name, locale),
  }));
  const live = versions[0];
  return (
    <>
      <MatchingHeader current="versions" />
      <ol className="divide-y border-y">
        {versions.map((version, index) => {
          const before = versions[index + 1];
          const isLive = version === live;
          return (
            <li
              key={version.version}
              className="grid gap-x-10 gap-y-4 py-5 lg:grid-cols-[minmax(16em,2fr)_minmax(0,3fr)]"
            >
              <div className="min-w-0">
                <h2 className="flex flex-wrap items-center gap-3 text-[1.1875em]">
                  {t('version')} {version.version}
                  {isLive && (
                    <StateBadge tone="good" shape="tick">
                      {t('live')}
                    </StateBadge>
                  )}
                </h2>
                <p className="mt-1 wrap-anywhere whitespace-pre-wrap">
                  {version.restoredFrom !== null && (
                    <span className="block font-medium">
                      {t('restoredFrom', { version: version.restoredFrom })}
                    </span>
                  )}
                  {version.note || t('builtIn')}
                </p>
                <p className="mt-1 text-ink-2">
                  {version.publishedByName ?? t('system')}, <When at={version.publishedAt} mode="both" />
                </p>
                {!isLive && live && (
                  <div className="mt-3">
                    <ConfirmButton
                      action={restore}
                      hidden={{ version: String(version.version) }}
                      title={t('restoreTitle', { version: version.version })}
                      description={t('restoreLead', { next: live.version + 1 })}
                      fields={<Changes changes={compare(live.spec, version.spec)} services={services} />}
                      confirm={t('restoreDo')}
                      tone="primary"
                    >
                      {t('restore')}
                    </ConfirmButton>
                  </div>
                )}
              </div>
              <div className="min-w-0">
                <Changes changes={compare(before?.spec ?? { steps: [] }, version.spec)} services={services} />
              </div>
            </li>
          );
        })}
      </ol>
    </>
  );
}
