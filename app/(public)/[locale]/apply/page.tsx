import type { Metadata } from 'next';
import { getTranslations, setRequestLocale } from 'next-intl/server';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { isLocale, type Locale } from '#app/ui/locales.ts';
import { PublicFrame } from '#app/ui/public-frame.tsx';
import { aboutLimit, coatColours } from '#lib/hiring/inputs.ts';
import { ApplyForm } from './apply-form.tsx';

type Props = { params: Promise<{ locale: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale: locale as Locale, namespace: 'hiring' });
  return { title: t('apply.title') };
}

/** The open door to hiring [US-090]: built once per language, so a flood of visitors costs nothing [US-081]. */
export default async function ApplyPage({ params }: Props) {
  const { locale } = await params;
  if (isLocale(locale)) setRequestLocale(locale);
  const t = await getTranslations('hiring');
  return (
    <PublicFrame>
      <div className="mx-auto max-w-2xl px-5 pt-4 pb-16">
        <h1 className="text-3xl font-semibold tracking-tight">{t('apply.title')}</h1>
        <p className="mt-3 text-lg text-ink-2">{t('apply.lead')}</p>
        <ol className="mt-6 mb-8 divide-y border-y">
          {(['one', 'two', 'three'] as const).map((step, index) => (
            <li key={step} className="flex gap-4 py-2.5">
              <span className="w-5 shrink-0 font-semibold text-accent-ink tabular-nums">{index + 1}</span>
              {t(`apply.steps.${step}`)}
            </li>
          ))}
        </ol>
        <ClientMessages areas={['hiring', 'ui']}>
          <ApplyForm
            locale={isLocale(locale) ? locale : 'en'}
            aboutLimit={aboutLimit}
            colours={coatColours.map((value) => ({ value, label: t(`colours.${value}`) }))}
          />
        </ClientMessages>
      </div>
    </PublicFrame>
  );
}
