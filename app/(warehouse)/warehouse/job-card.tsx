import { useLocale, useTranslations } from 'next-intl';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { localized } from '#app/ui/localized.ts';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Progress } from '#app/ui/stepper.tsx';
import { When } from '#app/ui/when.tsx';
import type { BoardJob } from '#lib/consumables/index.ts';
import { ClockTime } from './clock-time.tsx';
import { CookieLine } from './cookie-line.tsx';
import { JobState } from './job-state.tsx';

const newForMs = 3 * 60_000;

/** A box to be packed, readable from a metre: when, for whom, how far. The whole card opens it. */
export function JobCard({ job, now }: { job: BoardJob; now: Date }) {
  const t = useTranslations('consumables.board');
  const locale = useLocale();
  const isOpen = job.state === 'open';
  const isNew =
    isOpen &&
    !job.isReady &&
    job.doneCount === 0 &&
    job.dueAt >= now &&
    now.getTime() - job.openedAt.getTime() < newForMs;
  const isOverdue = isOpen && job.dueAt < now;
  return (
    <article
      className={cx(
        'relative animate-arrive rounded-lg border bg-surface px-5 py-4 has-[a:hover]:border-edge',
        job.isReady && 'border-good shadow-[inset_0.5rem_0_0_var(--color-good)]',
        isOverdue && !job.isReady && 'border-bad shadow-[inset_0.5rem_0_0_var(--color-bad)]',
        isNew && 'border-accent shadow-[inset_0.5rem_0_0_var(--color-accent)]',
      )}
    >
      <div className="flex items-baseline justify-between gap-3">
        <ClockTime at={job.dueAt} className="text-[1.6em] leading-tight font-semibold tabular-nums" />
        <When at={job.dueAt} className="text-ink-2" />
      </div>
      <h3 className="mt-1 text-[1em] leading-snug">
        <Link
          href={`/warehouse/${job.id}`}
          className="after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-focus"
        >
          {localized(job.serviceName, locale)}
        </Link>
      </h3>
      <p className="text-ink-2">
        {t('for', { worker: job.workerName })} ·{' '}
        <span className="whitespace-nowrap">{job.requestNumber}</span>
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {isNew && (
          <StateBadge tone="next" shape="dot">
            {t('new')}
          </StateBadge>
        )}
        {/* What is new lies in the lane of things to assemble: the word for that would say it twice. */}
        {!isNew && <JobState job={job} now={now} />}
      </div>
      {isOpen && (
        <div className="mt-3 flex flex-col gap-2">
          <Progress
            value={job.doneCount}
            max={job.lineCount}
            label={t('packed')}
            text={t('progress', { done: job.doneCount, total: job.lineCount })}
          />
          <CookieLine cookie={job.cookie} />
        </div>
      )}
    </article>
  );
}
