import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Callout } from '#app/ui/callout.tsx';
import { Card, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { localized } from '#app/ui/localized.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { type Job, readJob, readStock } from '#lib/consumables/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { JobState } from '../job-state.tsx';
import { AddItem } from './add-item.tsx';
import { CookieCard } from './cookie-card.tsx';
import { HandOver } from './hand-over.tsx';
import { KitList } from './kit-list.tsx';
import { TakeBack } from './take-back.tsx';

type Props = { params: Promise<{ jobId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const job = await jobOf(await requireCtx('staff'), (await params).jobId);
  return { title: `${job.requestNumber} ${localized(job.serviceName, await getLocale())}` };
}

function jobOf(ctx: Ctx, jobId: string): Promise<Job> {
  return readJob(ctx, jobId).catch((error) => {
    if (error instanceof Refused && error.code === 'consumables.not_found') notFound();
    throw error;
  });
}

/** One box: its kit, its cookie, whose it is, and the one button that matters [US-160]. */
export default async function Page({ params }: Props) {
  const ctx = await requireCtx('staff');
  const [t, locale] = await Promise.all([getTranslations('consumables'), getLocale()]);
  const job = await jobOf(ctx, (await params).jobId);
  const isOpen = job.state === 'open';
  const lines = job.lines.map((line) => ({
    id: line.id,
    name: localized(line.name, locale),
    unit: localized(line.unit, locale),
    isForm: line.code === 'acceptance-form',
    proposedCount: line.proposedCount,
    count: line.count,
    isTicked: line.isTicked,
    onHandCount: line.onHandCount,
  }));
  const addable = isOpen
    ? (await readStock(ctx))
        .filter(({ id }) => !job.lines.some(({ itemId }) => itemId === id))
        .map(({ id, name }) => ({ value: id, label: localized(name, locale) }))
    : [];
  const facts = [
    { name: t('job.starts'), value: <When at={job.startsAt} mode="exact" /> },
    { name: t('job.client'), value: job.clientName },
    { name: t('job.place'), value: job.place },
    { name: t('job.task'), value: job.task },
  ];
  return (
    <>
      <PageHeader
        back={<TextLink href="/warehouse">{t('job.back')}</TextLink>}
        title={localized(job.serviceName, locale)}
        badge={<JobState job={job} now={ctx.now} size="lg" />}
        lead={
          <>
            {t('board.for', { worker: job.workerName })} · {job.requestNumber} · {t('job.pickUp')}{' '}
            <When at={job.dueAt} mode="both" />
          </>
        }
      />
      {job.state === 'dropped' && (
        <div className="mb-6">
          <Callout tone="warn" title={t('job.dropped')}>
            {job.closedWhy && t('job.why', { why: whyClosed(job, t) })}
          </Callout>
        </div>
      )}
      {job.state === 'returning' && job.closedWhy && (
        <div className="mb-6">
          <Callout tone="warn" title={t('state.returning')}>
            {t('job.why', { why: whyClosed(job, t) })}
          </Callout>
        </div>
      )}
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        {job.state === 'returning' ? (
          <TakeBack job={job} locale={locale} />
        ) : (
          <Section title={t('job.kit')} lead={isOpen && t('job.kitLead')}>
            {isOpen ? (
              <>
                <KitList jobId={job.id} lines={lines} />
                <div className="mt-4">
                  <AddItem jobId={job.id} items={addable} />
                </div>
              </>
            ) : (
              <SettledKit job={job} locale={locale} />
            )}
          </Section>
        )}
        <div className="flex flex-col gap-6">
          {job.state !== 'dropped' && <CookieCard job={job} />}
          <Card>
            <dl className="flex flex-col gap-3">
              {facts.map(({ name, value }) => (
                <div key={name}>
                  <dt className="text-[0.9em] text-ink-2">{name}</dt>
                  <dd className="whitespace-pre-line">{value}</dd>
                </div>
              ))}
            </dl>
          </Card>
          {job.signaturePhotoId && (
            <Card>
              <p className="mb-2 text-ink-2">
                {t('job.signed')} · <When at={job.issuedAt!} mode="exact" />
              </p>
              {/* biome-ignore lint/performance/noImgElement: our own route, already the right size */}
              <img
                src={`/api/photos/${job.signaturePhotoId}`}
                alt={t('job.signature', { worker: job.workerName })}
                className="w-full rounded-md bg-[#fff]"
              />
            </Card>
          )}
        </div>
      </div>
      {job.state === 'issued' && (
        <div className="sticky bottom-0 z-10 -mx-5 mt-8 border-t bg-paper px-5 pt-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
          <Callout
            tone="good"
            action={
              <LinkButton href="/warehouse" variant="primary">
                {t('job.next')}
              </LinkButton>
            }
          >
            {t('job.doneMessage', { worker: job.workerName })}
          </Callout>
        </div>
      )}
      {isOpen && (
        <HandOver
          jobId={job.id}
          workerName={job.workerName}
          blockers={job.blockers}
          openCount={job.lineCount - job.doneCount}
          contents={lines.filter(({ count }) => count > 0)}
        />
      )}
    </>
  );
}

const knownEnds = [
  'cancelled',
  'worker_no_show',
  'worker_declined',
  'not_issued_in_time',
  'client_dispute',
  'manager',
] as const;

function whyClosed(job: Job, t: Awaited<ReturnType<typeof getTranslations<'consumables'>>>): string {
  const known = knownEnds.find((end) => end === job.closedWhy);
  return known ? t(`closed.${known}`) : (job.closedWhy ?? '');
}

async function SettledKit({ job, locale }: { job: Job; locale: string }) {
  const t = await getTranslations('consumables.return');
  return (
    <ul className="divide-y border-y">
      {job.lines
        .filter(({ count }) => count > 0)
        .map((line) => (
          <li
            key={line.id}
            className="flex min-h-(--control) flex-wrap items-center justify-between gap-x-4 py-2"
          >
            <span>{localized(line.name, locale)}</span>
            <span className="text-right tabular-nums">
              {line.count} {localized(line.unit, locale)}
              {line.returnedCount !== null && (
                <span className="block text-[0.9em] text-ink-2">
                  {line.writtenOffCount
                    ? t('settled', { returned: line.returnedCount, lost: line.writtenOffCount })
                    : t('settledAll', { returned: line.returnedCount })}
                  {line.writtenOffWhy && `: ${line.writtenOffWhy}`}
                </span>
              )}
            </span>
          </li>
        ))}
    </ul>
  );
}
