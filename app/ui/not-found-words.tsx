import { getTranslations } from 'next-intl/server';
import { requestLocale } from '#app/i18n.ts';
import { EmptyState } from './empty-state.tsx';
import { LinkButton } from './link-button.tsx';

/** "There is nothing here", to be put into the `main` of a shell, or into one of its own. */
export async function NotFoundWords() {
  // Rendered beside every page, static ones too: with a language of its own it does not fix theirs.
  const t = await getTranslations({ locale: await requestLocale(), namespace: 'ui.notFound' });
  return (
    <>
      <h1 className="sr-only">{t('title')}</h1>
      <EmptyState
        art="lost"
        title={t('title')}
        action={
          <LinkButton href="/" variant="primary">
            {t('action')}
          </LinkButton>
        }
      >
        {t('body')}
      </EmptyState>
    </>
  );
}
