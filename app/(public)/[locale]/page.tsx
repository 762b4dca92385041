import type { Metadata } from 'next';
import { getTranslations, setRequestLocale } from 'next-intl/server';
import { Hero } from '#app/ui/art/hero.tsx';
import { buttonClass } from '#app/ui/button-class.ts';
import { isLocale } from '#app/ui/locales.ts';
import { Money } from '#app/ui/money.tsx';
import { PublicFrame } from '#app/ui/public-frame.tsx';
import { Timeline } from '#app/ui/timeline.tsx';

type Props = { params: Promise<{ locale: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  if (!isLocale(locale)) return {};
  const t = await getTranslations({ locale, namespace: 'public.meta' });
  return { title: { absolute: t('title') }, description: t('description') };
}

/** For a stranger: what this is, how it goes, and the two ways in. Static, and works without script. */
export default async function LandingPage({ params }: Props) {
  const { locale } = await params;
  if (isLocale(locale)) setRequestLocale(locale);
  const t = await getTranslations('public.landing');

  return (
    <PublicFrame>
      <div className="mx-auto grid max-w-6xl items-center gap-x-12 gap-y-10 px-4 pt-6 pb-16 sm:px-8 lg:grid-cols-[1.05fr_1fr] lg:pt-8 lg:pb-24">
        <div>
          <h1 className="text-[clamp(2.375rem,1.5rem+3.6vw,3.875rem)] leading-[1.04] tracking-[-0.035em]">
            <span className="block">{t('title')} </span>
            {t('title2')}
          </h1>
          <p className="mt-6 max-w-[34rem] text-lg text-ink-2 sm:text-xl">{t('lead')}</p>
          <div className="mt-8 flex flex-wrap gap-3 max-sm:*:w-full">
            <a href="/orders" className={buttonClass('primary', 'lg')}>
              {t('request')}
            </a>
            <a href="/apply" className={buttonClass('secondary', 'lg')}>
              {t('apply')}
            </a>
          </div>
          <p className="mt-4 text-ink-2">{t('requestNote')}</p>
        </div>
        <Hero className="mx-auto h-auto w-full max-w-[35rem]" />
      </div>

      <section aria-label={t('facts.label')} className="border-y bg-sunken">
        <dl className="mx-auto grid max-w-6xl gap-x-12 gap-y-6 px-4 py-10 sm:grid-cols-3 sm:px-8">
          {(['second', 'three', 'price'] as const).map((fact) => (
            <div key={fact}>
              <dt className="text-3xl font-semibold tracking-[-0.03em]">{t(`facts.${fact}`)}</dt>
              <dd className="mt-1 text-ink-2">{t(`facts.${fact}Text`)}</dd>
            </div>
          ))}
        </dl>
      </section>

      <section
        aria-labelledby="story"
        className="mx-auto grid max-w-6xl gap-x-16 gap-y-8 px-4 py-16 sm:px-8 lg:grid-cols-[1fr_1.25fr] lg:py-24"
      >
        <div className="lg:sticky lg:top-12 lg:self-start">
          <h2 id="story" className="text-3xl">
            {t('story.title')}
          </h2>
          <p className="mt-4 max-w-md text-lg text-ink-2">{t('story.lead')}</p>
        </div>
        <div className="rounded-lg border bg-surface p-5 shadow-lift sm:p-8">
          <div className="mb-6 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-b pb-5">
            <p>
              <span className="block text-sm text-ink-2">{t('story.number')}</span>
              <span className="text-xl font-semibold">{t('story.what')}</span>
            </p>
            <Money cents={10000n} />
          </div>
          <Timeline
            label={t('story.label')}
            steps={[
              {
                id: 'asked',
                title: t('story.asked'),
                aside: '14:02',
                detail: t('story.askedDetail'),
                shape: 'tick',
              },
              {
                id: 'assigned',
                title: t('story.assigned'),
                aside: '14:02',
                detail: t('story.assignedDetail'),
                tone: 'info',
                shape: 'ring',
              },
              {
                id: 'issued',
                title: t('story.issued'),
                aside: '14:25',
                detail: t('story.issuedDetail'),
                tone: 'info',
                shape: 'half',
              },
              {
                id: 'started',
                title: t('story.started'),
                aside: '15:00',
                detail: t('story.startedDetail'),
                tone: 'next',
                shape: 'dot',
              },
              {
                id: 'reported',
                title: t('story.reported'),
                aside: '15:20',
                detail: t('story.reportedDetail'),
                tone: 'good',
                shape: 'tick',
              },
              { id: 'paid', title: t('story.paid'), aside: t('story.sunday'), shape: 'clock' },
            ]}
          />
        </div>
      </section>

      <section className="mx-auto grid max-w-6xl px-4 pb-20 sm:px-8 md:grid-cols-2">
        <div className="border-t py-10 md:border-r md:pr-12">
          <h2 className="text-2xl">{t('doors.clientTitle')}</h2>
          <p className="mt-3 mb-6 max-w-md text-lg text-ink-2">{t('doors.clientBody')}</p>
          <a href="/orders" className={buttonClass('primary', 'lg')}>
            {t('request')}
          </a>
        </div>
        <div className="border-t py-10 md:pl-12">
          <h2 className="text-2xl">{t('doors.workerTitle')}</h2>
          <p className="mt-3 mb-6 max-w-md text-lg text-ink-2">{t('doors.workerBody')}</p>
          <a href="/apply" className={buttonClass('secondary', 'lg')}>
            {t('doors.workerAction')}
          </a>
        </div>
      </section>
    </PublicFrame>
  );
}
