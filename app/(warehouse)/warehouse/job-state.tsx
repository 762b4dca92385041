import { useTranslations } from 'next-intl';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import type { BoardJob } from '#lib/consumables/index.ts';

type Look = { tone: Tone; shape: Shape; word: string };

const closedLooks = {
  issued: { tone: 'good', shape: 'tick', word: 'issued' },
  dropped: { tone: 'neutral', shape: 'slash', word: 'dropped' },
  returning: { tone: 'next', shape: 'dashed', word: 'returning' },
  returned: { tone: 'neutral', shape: 'tick', word: 'returned' },
} as const satisfies Record<string, Look>;

/** Colour, shape and word of a job: how far the box is, and what it waits for. */
function lookOf(job: BoardJob): Look {
  if (job.state !== 'open') return closedLooks[job.state];
  if (job.isReady) return { tone: 'good', shape: 'dot', word: 'ready' };
  if (job.doneCount === 0) return { tone: 'next', shape: 'ring', word: 'fresh' };
  if (job.doneCount < job.lineCount) return { tone: 'info', shape: 'half', word: 'started' };
  const hasCookie = job.cookie.state === 'arrived' || job.cookie.state === 'waived';
  return hasCookie
    ? { tone: 'bad', shape: 'alert', word: 'stock' }
    : { tone: 'info', shape: 'clock', word: 'cookie' };
}

/** The state of a job; an open one whose worker should have been here says so as well. */
export function JobState({ job, now, size }: { job: BoardJob; now: Date; size?: 'md' | 'lg' }) {
  const t = useTranslations('consumables.state');
  const { tone, shape, word } = lookOf(job);
  return (
    <span className="inline-flex flex-wrap gap-2">
      <StateBadge tone={tone} shape={shape} size={size}>
        {t(word)}
      </StateBadge>
      {job.state === 'open' && job.dueAt < now && (
        <StateBadge tone="bad" shape="alert" size={size}>
          {t('overdue')}
        </StateBadge>
      )}
    </span>
  );
}
