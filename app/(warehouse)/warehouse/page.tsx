import { getFormatter, getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Link } from '#app/ui/link.tsx';
import { localized } from '#app/ui/localized.ts';
import { readBoard } from '#lib/consumables/index.ts';
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
  const assemble = open.filter(({ isReady }) => !isReady);
  const handOver = open.filter(({ isReady }) => isReady);
  const back = jobs.filter(({ state }) => state === 'returning');
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
    <div className="grid items-start gap-x-6 gap-y-10 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <h1 className="sr-only">{t('title')}</h1>
      <Lane title={t('assemble')} count={assemble.length} action={<AnnounceJobs jobs={announced} />}>
        {assemble.length > 0 ? (
          <div className="grid gap-4 md:grid-cols-2">
            {assemble.map((job) => (
              <JobCard key={job.id} job={job} now={ctx.now} />
            ))}
          </div>
        ) : (
          <EmptyState art="shelf" title={t('emptyTitle')}>
            {t('empty')}
          </EmptyState>
        )}
      </Lane>
      <div className="flex flex-col gap-10">
        <Lane title={t('handOver')} count={handOver.length}>
          {handOver.map((job) => (
            <JobCard key={job.id} job={job} now={ctx.now} />
          ))}
          {handOver.length === 0 && <p className="text-ink-2">{t('none.handOver')}</p>}
        </Lane>
        {back.length > 0 && (
          <Lane title={t('back')} count={back.length}>
            {back.map((job) => (
              <JobCard key={job.id} job={job} now={ctx.now} />
            ))}
          </Lane>
        )}
        {issued.length > 0 && (
          <Lane title={t('issued')} count={issued.length}>
            <ul className="-mt-2 divide-y">
              {issued.map((job) => (
                <li key={job.id}>
                  <Link
                    href={`/warehouse/${job.id}`}
                    className="flex min-h-(--control) items-center gap-4 rounded-md py-2 hover:bg-sunken"
                  >
                    <ClockTime at={job.issuedAt!} className="text-ink-2 tabular-nums" />
                    <span className="min-w-0 flex-1 leading-snug">
                      {job.workerName}
                      <span className="block text-[0.9em] text-ink-2">
                        {localized(job.serviceName, locale)} · {job.requestNumber}
                      </span>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </Lane>
        )}
      </div>
    </div>
  );
}

function Lane({
  title,
  count,
  action,
  children,
}: {
  title: string;
  count: number;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="min-w-0">
      <div className="mb-4 flex min-h-16 items-end justify-between gap-4 border-b-2 border-ink pb-2">
        <h2 className="text-[1.2em] leading-tight">
          {title} <span className="ml-1 text-ink-2 tabular-nums">{count}</span>
        </h2>
        {action}
      </div>
      <div className="flex flex-col gap-4">{children}</div>
    </section>
  );
}
