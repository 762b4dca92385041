import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requestLocale } from './i18n.ts';
import { EmptyState } from './ui/empty-state.tsx';
import { LinkButton } from './ui/link-button.tsx';

export const metadata: Metadata = { robots: { index: false } };

/** Also the answer to whoever may not know that something exists. */
export default async function NotFound() {
  // Rendered beside every page, static ones too: with a language of its own it does not fix theirs.
  const t = await getTranslations({ locale: await requestLocale(), namespace: 'ui.notFound' });
  return (
    <main id="main" className="grid min-h-[80dvh] place-items-center">
      <h1 className="sr-only">{t('title')}</h1>
      <EmptyState
        art="lost"
        title={t('title')}
        action={
          <LinkButton href="/" variant="primary" prefetch={false}>
            {t('action')}
          </LinkButton>
        }
      >
        {t('body')}
      </EmptyState>
    </main>
  );
}
