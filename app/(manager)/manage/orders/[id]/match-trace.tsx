import { useLocale, useTranslations } from 'next-intl';
import { Callout } from '#app/ui/callout.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import type { Trace } from '#lib/matching/index.ts';
import { stepTypeNames } from '#lib/matching/inputs.ts';

type StepLine = Trace['steps'][number];
type Rating = Trace['top'][number];

/** How the worker was found: what each step took and left, and who came next, with what each score added. */
export function MatchTrace({
  match,
  title,
  id = 'match',
}: {
  match: { workerId: string; trace: Trace } | null;
  title?: string;
  id?: string;
}) {
  const t = useTranslations('matching');
  const locale = useLocale();
  if (!match) {
    return (
      <Section title={title ?? t('title')} id={id}>
        <p className="border-y py-4 text-ink-2">{t('none')}</p>
      </Section>
    );
  }
  const { trace } = match;
  const number = (value: number, digits = 0) =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const nameOf = (step: Pick<StepLine, 'id' | 'type'> | undefined, key: string) => {
    const type = stepTypeNames.find((each) => each === (step?.type ?? key));
    return type ? t(`types.${type}.name`) : key;
  };
  const result = ({ kind, skipped, why, weight }: StepLine) => {
    if (skipped) return t(`why.${why ?? 'empty'}`);
    if (kind === 'score' && weight === 0) return t('notCounted');
    if (kind === 'filter') return t('kept');
    return kind === 'score' ? t('scored') : t(`kinds.${kind}`);
  };
  const picked = trace.top.find(({ workerId }) => workerId === match.workerId)?.name ?? '';
  // In the order of the steps: the database keeps keys in an order of its own.
  const scored = new Set(Object.keys(trace.top[0]?.scores ?? {}));
  const scores = trace.steps.map(({ id: key }) => key).filter((key) => scored.has(key));
  const byId = new Map(trace.steps.map((step) => [step.id, step]));
  const weights = scores.reduce((sum, key) => sum + (byId.get(key)?.weight ?? 0), 0);
  // A product is not a sum: there, and in matches of before weights were kept, the scores alone.
  const sums = weights > 0 && !trace.steps.some(({ type }) => type === 'combine_product');
  const score = (rating: Rating, key: string) => {
    const value = rating.scores[key];
    if (value === undefined) return '–';
    if (!sums) return number(value, 1);
    return (
      <>
        {number((value * (byId.get(key)?.weight ?? 0)) / weights, 1)}
        <span className="block text-[0.875em] text-ink-3">{number(value, 1)}</span>
      </>
    );
  };
  return (
    <Section
      title={title ?? t('title')}
      id={id}
      lead={`${t('summary', { name: picked, count: trace.steps[0]?.inCount ?? 0, ms: trace.tookMs })} · ${
        trace.version === 'draft' ? t('draft') : t('pipeline', { version: trace.version })
      }`}
    >
      {(trace.overbooked || trace.explored) && (
        <div className="mb-3 flex flex-col gap-2">
          {trace.overbooked && <Callout tone="warn">{t('overbooked')}</Callout>}
          {trace.explored && <Callout>{t('explored')}</Callout>}
        </div>
      )}
      <Table
        caption={t('stepsCaption')}
        rows={trace.steps}
        rowKey={(step) => step.id}
        columns={[
          {
            key: 'step',
            header: t('step'),
            cell: (step) => (
              <>
                {nameOf(step, step.id)}
                {step.weight !== undefined && (
                  <span className="whitespace-nowrap text-ink-2">
                    {' '}
                    {t('manage.times', { weight: step.weight })}
                  </span>
                )}
              </>
            ),
          },
          { key: 'in', header: t('in'), number: true, cell: (step) => number(step.inCount) },
          { key: 'out', header: t('out'), number: true, cell: (step) => number(step.outCount) },
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
          {
            key: 'ms',
            header: t('ms'),
            number: true,
            wide: true,
            cell: (step) => (step.ms === undefined ? '–' : number(step.ms, 1)),
          },
        ]}
        empty={null}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keyboard too */}
      <section aria-label={t('topCaption')} tabIndex={0} className="mt-6 overflow-x-auto">
        {sums && <p className="mb-2 text-ink-2">{t('topLead')}</p>}
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
            // Before what it is made of: with many scores the rest is scrolled to.
            {
              key: 'total',
              header: t('total'),
              number: true,
              cell: (rating) => <span className="font-medium">{number(rating.total, 1)}</span>,
            },
            ...scores.map((key) => ({
              key,
              header: nameOf(byId.get(key), key),
              number: true,
              cell: (rating: Rating) => score(rating, key),
            })),
          ]}
          empty={null}
        />
      </section>
    </Section>
  );
}
