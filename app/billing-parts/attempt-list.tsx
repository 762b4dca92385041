import { useTranslations } from 'next-intl';
import type { Shape, Tone } from '#app/ui/state-badge.tsx';
import { Timeline } from '#app/ui/timeline.tsx';
import { When } from '#app/ui/when.tsx';
import type { Attempt } from '#lib/billing/index.ts';
import { failureWords } from './failure-words.ts';
import { methodWords } from './method-words.ts';

const looks: Record<Attempt['state'], { tone: Tone; shape: Shape }> = {
  asking: { tone: 'info', shape: 'half' },
  unknown: { tone: 'info', shape: 'clock' },
  pending: { tone: 'info', shape: 'half' },
  parked: { tone: 'next', shape: 'alert' },
  succeeded: { tone: 'good', shape: 'tick' },
  failed: { tone: 'bad', shape: 'cross' },
  returned: { tone: 'bad', shape: 'slash' },
};

/** The tries to move the money of one document, newest first. */
export function AttemptList({ attempts, label }: { attempts: readonly Attempt[]; label: string }) {
  const t = useTranslations('billing');
  return (
    <Timeline
      label={label}
      steps={attempts.map((attempt) => ({
        id: attempt.id,
        ...looks[attempt.state],
        title: t('attemptLine', {
          method: methodWords(t, attempt.targetLabel),
          state: t(`attemptStates.${attempt.state}`),
        }),
        detail:
          (attempt.state === 'failed' || attempt.state === 'returned') &&
          failureWords(t, attempt.failureCode),
        aside: <When at={attempt.settledAt ?? attempt.createdAt} mode="exact" />,
      }))}
    />
  );
}
