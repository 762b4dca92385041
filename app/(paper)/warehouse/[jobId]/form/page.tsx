import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getFormatter, getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { localized } from '#app/ui/localized.ts';
import { Wordmark } from '#app/ui/mark.tsx';
import { readJob } from '#lib/consumables/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { PrintButton } from './print-button.tsx';

type Props = { params: Promise<{ jobId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('consumables.form'))('title') };
}

/** The paper that the client signs [US-150]: one A4 sheet, ink on white in every theme. */
export default async function Page({ params }: Props) {
  const ctx = await requireCtx('staff', 'manager');
  const [t, locale, format] = await Promise.all([
    getTranslations('consumables.form'),
    getLocale(),
    getFormatter(),
  ]);
  const job = await readJob(ctx, (await params).jobId).catch((error) => {
    if (error instanceof Refused && error.code === 'consumables.not_found') notFound();
    throw error;
  });
  const facts = [
    [t('request'), job.requestNumber],
    [t('client'), job.clientName],
    [t('worker'), job.workerName],
    [t('service'), localized(job.serviceName, locale)],
    [t('task'), job.task],
    [t('place'), job.place],
    [
      t('when'),
      format.dateTime(job.startsAt, {
        day: 'numeric',
        month: 'long',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
    ],
  ] as const;
  return (
    <ClientMessages areas={['consumables']}>
      <main className="min-h-dvh bg-sunken px-4 py-8 print:bg-[#fff] print:p-0">
        <div className="mx-auto mb-4 flex max-w-[52rem] justify-end print:hidden">
          <PrintButton />
        </div>
        <article
          style={{ colorScheme: 'light' }}
          className="mx-auto max-w-[52rem] bg-[#fff] px-12 py-10 text-[#241e16] shadow-lift print:max-w-none print:p-0 print:shadow-none"
        >
          <header className="flex items-center justify-between gap-6 border-b-2 border-[#241e16] pb-4">
            <Wordmark />
            <h1 className="text-right text-2xl">{t('title')}</h1>
          </header>
          <dl className="mt-6">
            {facts.map(([name, value]) => (
              <div key={name} className="grid grid-cols-[11rem_1fr] gap-4 border-b border-[#e3dacb] py-2">
                <dt className="text-[#5c5244]">{name}</dt>
                <dd className="font-medium wrap-anywhere whitespace-pre-line">{value}</dd>
              </div>
            ))}
          </dl>
          <h2 className="mt-8 mb-2 text-lg">{t('kit')}</h2>
          <ul className="columns-2 gap-8">
            {job.lines
              .filter(({ count }) => count > 0)
              .map((line) => (
                <li key={line.id} className="flex justify-between gap-4 border-b border-[#e3dacb] py-1.5">
                  <span>{localized(line.name, locale)}</span>
                  <span className="tabular-nums">
                    {line.count} {localized(line.unit, locale)}
                  </span>
                </li>
              ))}
          </ul>
          <p className="mt-10 text-lg">{t('statement')}</p>
          <p className="mt-6 text-[#5c5244]">{t('remarks')}</p>
          <div className="mt-8 border-b border-[#8c8069]" />
          <div className="mt-9 border-b border-[#8c8069]" />
          <div className="mt-16 grid grid-cols-2 gap-10">
            {[t('clientSigns'), t('workerSigns')].map((who) => (
              <p key={who} className="border-t border-[#241e16] pt-2 text-sm text-[#5c5244]">
                {who}
              </p>
            ))}
          </div>
          <p className="mt-12 text-sm text-[#5c5244]">{t('foot')}</p>
        </article>
      </main>
    </ClientMessages>
  );
}
