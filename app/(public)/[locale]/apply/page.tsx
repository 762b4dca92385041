import type { Metadata } from 'next';
import { getTranslations, setRequestLocale } from 'next-intl/server';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { isLocale, type Locale } from '#app/ui/locales.ts';
import { Wordmark } from '#app/ui/mark.tsx';
import { coatColours } from '#lib/hiring/inputs.ts';
import { ApplyForm } from './apply-form.tsx';

type Props = { params: Promise<{ locale: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale: locale as Locale, namespace: 'hiring' });
  return { title: t('apply.title') };
}

export default async function ApplyPage({ params }: Props) {
  const { locale } = await params;
  if (isLocale(locale)) setRequestLocale(locale);
  const t = await getTranslations('hiring');
  return (
    <main id="main" className="mx-auto max-w-2xl px-5 pt-6 pb-16">
      <a href="/" className="inline-block rounded-sm">
        <Wordmark />
      </a>
      <h1 className="mt-8 text-3xl font-semibold tracking-tight">{t('apply.title')}</h1>
      <p className="mt-3 text-lg text-ink-2">{t('apply.lead')}</p>
      <ol className="mt-6 mb-8 divide-y border-y">
        {(['one', 'two', 'three'] as const).map((step, index) => (
          <li key={step} className="flex gap-4 py-2.5">
            <span className="w-5 font-semibold text-accent-ink tabular-nums">{index + 1}</span>
            {t(`apply.steps.${step}`)}
          </li>
        ))}
      </ol>
      <ClientMessages areas={['hiring', 'ui']}>
        <ApplyForm
          locale={isLocale(locale) ? locale : 'en'}
          colours={coatColours.map((value) => ({ value, label: t(`colours.${value}`) }))}
        />
      </ClientMessages>
    </main>
  );
}
