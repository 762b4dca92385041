import { useTranslations } from 'next-intl';

/** First thing on Tab; the shells have it and the `main` it leads to. */
export function SkipLink() {
  const t = useTranslations('ui');
  return (
    <a
      href="#main"
      className="sr-only z-50 rounded-md bg-ink px-4 py-2 font-semibold text-paper focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
    >
      {t('skip')}
    </a>
  );
}
