import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { Figure, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { When } from '#app/ui/when.tsx';
import { allServices } from '#lib/catalog/index.ts';
import {
  currentPipeline,
  matchFigures,
  openAlarms,
  pipelineDraft,
  remoteHosts,
} from '#lib/matching/index.ts';
import { Editor } from './editor.tsx';
import { MatchingHeader } from './matching-header.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('matching.manage'))('title') };
}

/** The pipeline: what is wrong, how the last day went, and the steps to change [US-070]. */
export default async function MatchingPage() {
  const ctx = await requireCtx('manager');
  const [t, types, locale, live, draft, figures, alarms, services] = await Promise.all([
    getTranslations('matching.manage'),
    getTranslations('matching.types'),
    getLocale(),
    currentPipeline(ctx),
    pipelineDraft(ctx),
    matchFigures(ctx),
    openAlarms(ctx),
    allServices(ctx),
  ]);
  const took = (ms: number) => (figures.matchCount > 0 ? t('msValue', { ms }) : '–');
  return (
    <>
      <MatchingHeader
        current="pipeline"
        badge={
          <StateBadge tone="good" shape="tick" size="lg">
            {t('inForce', { version: live.version })}
          </StateBadge>
        }
      />
      {alarms.length > 0 && (
        <div className="mb-6 flex flex-col gap-3">
          {alarms.map(({ id, kind, subject, stepType, measured, raisedAt }) => (
            <Callout key={id} tone="bad">
              {t(`alarms.${kind}`, { count: measured, step: stepType ? types(`${stepType}.name`) : subject })}{' '}
              <span className="text-ink-2">
                <When at={raisedAt} />
              </span>
            </Callout>
          ))}
        </div>
      )}
      <Section id="figures" title={t('figures')}>
        <div className="grid grid-cols-2 gap-x-8 gap-y-6 sm:grid-cols-3 xl:grid-cols-5">
          <Figure label={t('matches')} value={figures.matchCount} />
          <Figure label={t('p50')} value={took(figures.p50Ms)} />
          <Figure label={t('p95')} value={took(figures.p95Ms)} />
          <Figure label={t('overbookedCount')} value={figures.overbookedCount} />
          <Figure label={t('skippedCount')} value={figures.skippedCount} />
        </div>
      </Section>
      <Editor
        live={live}
        draft={draft && { spec: draft.spec, revision: draft.revision, basedOnVersion: draft.basedOnVersion }}
        saved={
          draft && (
            <>
              {t('draftOf', { version: draft.basedOnVersion })} <When at={draft.changedAt} />{' '}
              {draft.changedByName && t('draftBy', { name: draft.changedByName })}
            </>
          )
        }
        remoteHosts={remoteHosts(ctx)}
        services={services.map((service) => ({
          id: service.serviceTypeId,
          name: localized(service.name, locale),
        }))}
      />
    </>
  );
}
