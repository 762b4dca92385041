import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { wallClockOf } from '#app/order-parts/wall-clock.ts';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { Progress } from '#app/ui/stepper.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { readSetting } from '#lib/kernel/settings.ts';
import { pipelineDraft, readReplays } from '#lib/matching/index.ts';
import { MatchingHeader } from '../matching-header.tsx';
import { ReplayForm } from './replay-form.tsx';
import { ReplayState } from './replay-state.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('matching.replay'))('caption') };
}

const usualDays = 30;

/** Past orders against the draft: ask for a replay, and those of before. */
export default async function ReplaysPage() {
  const ctx = await requireCtx('manager');
  const [t, draft, replays, zone] = await Promise.all([
    getTranslations('matching.replay'),
    pipelineDraft(ctx),
    readReplays(ctx),
    readSetting(ctx, 'time_zone'),
  ]);
  return (
    <>
      <MatchingHeader current="replays" />
      <Section id="new" title={t('new')} lead={draft ? t('lead') : undefined}>
        {draft ? (
          <ReplayForm
            requestKey={ctx.newId()}
            from={wallClockOf(new Date(ctx.now.getTime() - usualDays * 86_400_000), zone)}
            to={wallClockOf(new Date(ctx.now.getTime() + 60_000), zone)}
          />
        ) : (
          <p className="border-y py-4 text-ink-2">
            {t('needsDraft')} <TextLink href="/manage/matching">{t('toPipeline')}</TextLink>
          </p>
        )}
      </Section>
      <Section id="replays" title={t('caption')}>
        <Table
          caption={t('caption')}
          rows={replays}
          rowKey={(replay) => replay.id}
          rowHref={(replay) => `/manage/matching/replays/${replay.id}`}
          columns={[
            {
              key: 'period',
              header: t('period'),
              cell: ({ periodFrom, periodTo }) => (
                <>
                  <When at={periodFrom} mode="exact" /> – <When at={periodTo} mode="exact" />
                </>
              ),
            },
            { key: 'state', header: t('state'), cell: ({ state }) => <ReplayState state={state} /> },
            {
              key: 'orders',
              header: t('orders'),
              cell: ({ state, doneCount, totalCount }) =>
                state === 'running' ? (
                  <Progress
                    value={doneCount}
                    max={totalCount}
                    label={t('states.running')}
                    text={t('progress', { done: doneCount, all: totalCount })}
                  />
                ) : (
                  doneCount
                ),
            },
            {
              key: 'changed',
              header: t('changed'),
              number: true,
              cell: ({ figures }) => figures?.changedCount ?? '–',
            },
            {
              key: 'asked',
              header: t('asked'),
              wide: true,
              cell: ({ requestedAt, requestedByName }) => (
                <span className="text-ink-2">
                  {requestedByName}, <When at={requestedAt} />
                </span>
              ),
            },
          ]}
          empty={
            <EmptyState art="asleep" title={t('none')}>
              {t('noneLead')}
            </EmptyState>
          }
        />
      </Section>
    </>
  );
}
