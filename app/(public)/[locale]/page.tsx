import { getTranslations, setRequestLocale } from 'next-intl/server';
import { LinkButton } from '#app/ui/link-button.tsx';
import { isLocale } from '#app/ui/locales.ts';
import { Wordmark } from '#app/ui/mark.tsx';

export default async function LandingPage({ params }: { params: Promise<{ locale: string }> }) {
  const { locale } = await params;
  if (isLocale(locale)) setRequestLocale(locale);
  const t = await getTranslations('public');
  return (
    <main id="main" className="mx-auto max-w-5xl p-6">
      <Wordmark />
      <h1 className="mt-8 text-4xl">{t('landing.title')}</h1>
      <div className="mt-6 flex gap-3">
        <LinkButton href="/orders" variant="primary" size="lg" prefetch={false}>
          {t('landing.request')}
        </LinkButton>
        <LinkButton href="/apply" size="lg" prefetch={false}>
          {t('landing.apply')}
        </LinkButton>
      </div>
    </main>
  );
}
