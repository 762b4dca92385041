import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Form } from '#app/ui/form.tsx';
import { Card } from '#app/ui/layout-parts.tsx';
import { type Shape, StateShape, type Tone } from '#app/ui/state-badge.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { type Hypothesis, hypothesisBacklog } from '#lib/quality/index.ts';
import { hypothesisStates } from '#lib/quality/inputs.ts';
import { move } from '../actions.ts';
import { QualityHeader } from '../quality-header.tsx';

type State = Hypothesis['state'];

/** Where a hypothesis usually goes from here; it may always be taken up again. */
const ways: Record<State, readonly State[]> = {
  new: ['testing', 'rejected'],
  testing: ['confirmed', 'rejected', 'new'],
  confirmed: ['testing'],
  rejected: ['testing'],
};

const looks: Record<State, { tone: Tone; shape: Shape; ink: string }> = {
  new: { tone: 'neutral', shape: 'ring', ink: 'text-ink-2' },
  testing: { tone: 'next', shape: 'half', ink: 'text-accent-ink' },
  confirmed: { tone: 'good', shape: 'tick', ink: 'text-good' },
  rejected: { tone: 'neutral', shape: 'slash', ink: 'text-ink-2' },
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('quality.hypotheses'))('title') };
}

/** The backlog: what audits made us suspect, from idea to answer [US-210]. */
export default async function HypothesesPage() {
  const ctx = await requireCtx('manager');
  const [t, all] = await Promise.all([getTranslations('quality'), hypothesisBacklog(ctx)]);
  return (
    <>
      <QualityHeader ctx={ctx} current="hypotheses" />
      <p className="mb-5 text-ink-2">{t('hypotheses.lead')}</p>
      {all.length === 0 ? (
        <EmptyState art="shelf" title={t('hypotheses.none')}>
          {t('hypotheses.noneLead')}
        </EmptyState>
      ) : (
        <div className="grid items-start gap-4 sm:grid-cols-2 xl:grid-cols-4">
          {hypothesisStates.map((state) => {
            const here = all.filter((one) => one.state === state);
            return (
              <section key={state} aria-labelledby={`column-${state}`} className="rounded-lg bg-sunken p-2.5">
                <h2
                  id={`column-${state}`}
                  className="mb-2.5 flex items-center gap-2 px-1.5 pt-1 text-[1em] font-semibold"
                >
                  <StateShape shape={looks[state].shape} className={looks[state].ink} />
                  {t(`hypothesisStates.${state}`)}
                  <span className="font-normal text-ink-2 tabular-nums">{here.length}</span>
                </h2>
                {here.length === 0 ? (
                  <p className="px-1.5 pb-1.5 text-ink-2">{t('hypotheses.noneHere')}</p>
                ) : (
                  <ul className="grid gap-2">
                    {here.map((one) => (
                      <HypothesisCard key={one.id} hypothesis={one} t={t} />
                    ))}
                  </ul>
                )}
              </section>
            );
          })}
        </div>
      )}
    </>
  );
}

function HypothesisCard({
  hypothesis: { id, auditId, requestNumber, claim, measure, state, changedAt },
  t,
}: {
  hypothesis: Hypothesis;
  t: Awaited<ReturnType<typeof getTranslations<'quality'>>>;
}) {
  return (
    <Card as="li" className="p-3! wrap-anywhere">
      <p className="font-medium">{claim}</p>
      <p className="mt-1 text-ink-2">
        {t('hypotheses.measure')}: {measure}
      </p>
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-3 text-[0.9286em] text-ink-2">
        {auditId && requestNumber && (
          <TextLink href={`/manage/quality/${auditId}`}>
            {t('hypotheses.from', { number: requestNumber })}
          </TextLink>
        )}
        <When at={changedAt} />
      </p>
      <Form action={move} hidden={{ hypothesisId: id }} className="mt-2.5 flex-row! flex-wrap gap-1.5!">
        {ways[state].map((to) => (
          <Button
            key={to}
            type="submit"
            name="state"
            value={to}
            size="sm"
            variant={to === 'new' ? 'quiet' : 'secondary'}
            aria-label={`${t(`hypotheses.verbs.${to}`)}: ${claim}`}
          >
            {t(`hypotheses.verbs.${to}`)}
          </Button>
        ))}
      </Form>
    </Card>
  );
}
