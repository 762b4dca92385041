import { useLocale, useTranslations } from 'next-intl';
import { cx } from './cx.ts';
import { locales } from './locales.ts';

const names = { en: 'English', ru: 'Русский' } as const;

/** Plain links that set the cookie and come back: no script needed. */
export function LocaleSwitch({ className }: { className?: string }) {
  const t = useTranslations('ui');
  const current = useLocale();
  return (
    <nav aria-label={t('language')} className={cx('inline-flex gap-1', className)}>
      {locales.map((locale) => (
        <a
          key={locale}
          href={`/locale/${locale}`}
          lang={locale}
          rel="nofollow"
          aria-current={locale === current ? 'true' : undefined}
          className="grid min-h-9 place-items-center rounded-sm px-2 text-ink-2 hover:text-ink aria-[current]:font-semibold aria-[current]:text-ink"
        >
          {names[locale]}
        </a>
      ))}
    </nav>
  );
}
