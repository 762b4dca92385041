import Link from 'next/link';
import { getFormatter, getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Board, BoardColumn } from '#app/ui/shell/warehouse-shell.tsx';
import { type BoardJob, readBoard } from '#lib/consumables/index.ts';
import { AnnounceJobs } from './announce-jobs.tsx';
import { ClockTime } from './clock-time.tsx';
import { JobCard } from './job-card.tsx';

const issuedShown = 8;

/** The board: what to assemble, what to hand over, what comes back, by the time at which the worker comes [US-150][US-160]. */
export default async function Page() {
  const ctx = await requireCtx('staff');
  const [t, locale, format, jobs] = await Promise.all([
    getTranslations('consumables.board'),
    getLocale(),
    getFormatter(),
    readBoard(ctx),
  ]);
  const open = jobs.filter(({ state }) => state === 'open');
  const columns: { key: 'assemble' | 'handOver' | 'back'; jobs: BoardJob[] }[] = [
    { key: 'assemble', jobs: open.filter(({ isReady }) => !isReady) },
    { key: 'handOver', jobs: open.filter(({ isReady }) => isReady) },
    { key: 'back', jobs: jobs.filter(({ state }) => state === 'returning') },
  ];
  const issued = jobs
    .filter(({ state }) => state === 'issued')
    .sort((a, b) => b.issuedAt!.getTime() - a.issuedAt!.getTime())
    .slice(0, issuedShown);
  const announced = open.map((job) => ({
    id: job.id,
    words: t('announced', {
      service: localized(job.serviceName, locale),
      time: format.dateTime(job.dueAt, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    }),
  }));
  return (
    <>
      <PageHeader title={t('assemble')} lead={t('lead')} actions={<AnnounceJobs jobs={announced} />} />
      {jobs.length === 0 ? (
        <EmptyState art="shelf" title={t('emptyTitle')}>
          {t('empty')}
        </EmptyState>
      ) : (
        <>
          <Board>
            {columns.map((column) => (
              <BoardColumn key={column.key} title={t(column.key)} count={column.jobs.length}>
                {column.jobs.map((job) => (
                  <JobCard key={job.id} job={job} now={ctx.now} />
                ))}
                {column.jobs.length === 0 && <p className="py-4 text-ink-2">{t(`none.${column.key}`)}</p>}
              </BoardColumn>
            ))}
          </Board>
          {issued.length > 0 && (
            <section className="mt-6">
              <h2 className="mb-2 border-b pb-2 text-[1em] text-ink-2">{t('issued')}</h2>
              <ul className="grid gap-x-6 sm:grid-cols-2">
                {issued.map((job) => (
                  <li key={job.id}>
                    <Link
                      href={`/warehouse/${job.id}`}
                      className="flex min-h-(--control) items-center gap-4 rounded-md px-2 hover:bg-sunken"
                    >
                      <ClockTime at={job.issuedAt!} className="tabular-nums text-ink-2" />
                      <span className="min-w-0 flex-1">
                        {job.workerName} · {localized(job.serviceName, locale)}
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </>
  );
}
