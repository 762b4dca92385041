import { useFormatter, useTranslations } from 'next-intl';
import { Callout } from '#app/ui/callout.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import type { matchOf, Trace } from '#lib/matching/index.ts';

const known = ['not_excluded', 'available', 'skill', 'fair_load'] as const;

/** How the worker was found: what each step took and left, and who came next. */
export function MatchTrace({ match }: { match: Awaited<ReturnType<typeof matchOf>> }) {
  const t = useTranslations('matching');
  const format = useFormatter();
  if (!match) {
    return (
      <Section title={t('title')} id="match">
        <p className="border-y py-4 text-ink-2">{t('none')}</p>
      </Section>
    );
  }
  const { trace } = match;
  const nameOf = (id: string) => {
    const step = known.find((each) => each === id);
    return step ? t(`steps.${step}`) : id;
  };
  const result = ({ kind, skipped }: Trace['steps'][number]) =>
    skipped ? t('skipped') : t(kind === 'score' ? 'scored' : 'kept');
  const points = (rating: number | undefined) =>
    rating !== undefined && format.number(rating, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const picked = trace.top[0]?.name ?? '';
  const scores = Object.keys(trace.top[0]?.scores ?? {});
  return (
    <Section
      title={t('title')}
      id="match"
      lead={`${t('summary', { name: picked, count: trace.steps[0]?.inCount ?? 0, ms: trace.tookMs })} · ${t('pipeline', { version: trace.version })}`}
    >
      {trace.overbooked && (
        <div className="mb-3">
          <Callout tone="warn">{t('overbooked')}</Callout>
        </div>
      )}
      <Table
        caption={t('stepsCaption')}
        rows={trace.steps}
        rowKey={(step) => step.id}
        columns={[
          { key: 'step', header: t('step'), cell: (step) => nameOf(step.id) },
          { key: 'in', header: t('in'), number: true, cell: (step) => step.inCount },
          { key: 'out', header: t('out'), number: true, cell: (step) => step.outCount },
          {
            key: 'result',
            header: t('result'),
            cell: (step) =>
              step.skipped ? (
                <StateBadge tone="next" shape="slash">
                  {result(step)}
                </StateBadge>
              ) : (
                <span className="text-ink-2">{result(step)}</span>
              ),
          },
        ]}
        empty={null}
      />
      <div className="mt-6">
        <Table
          caption={t('topCaption')}
          rows={trace.top}
          rowKey={(rating) => rating.workerId}
          columns={[
            {
              key: 'candidate',
              header: t('candidate'),
              cell: (rating) =>
                rating.workerId === match.workerId ? (
                  <span className="inline-flex items-center gap-2 font-semibold">
                    {rating.name}
                    <StateBadge tone="good" shape="tick">
                      {t('picked')}
                    </StateBadge>
                  </span>
                ) : (
                  rating.name
                ),
            },
            ...scores.map((id) => ({
              key: id,
              header: nameOf(id),
              number: true,
              cell: (rating: Trace['top'][number]) => points(rating.scores[id]),
            })),
            { key: 'total', header: t('total'), number: true, cell: (rating) => points(rating.total) },
          ]}
          empty={null}
        />
      </div>
    </Section>
  );
}
