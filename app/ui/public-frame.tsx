import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { LocaleSwitch } from './locale-switch.tsx';
import { Wordmark } from './mark.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** Header and footer of pages for strangers. Plain links: nothing is fetched ahead, nothing needs script. */
export function PublicFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('public');
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-ink px-4 py-2 font-semibold text-paper focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('skip')}
      </a>
      <header className="mx-auto flex w-full max-w-6xl flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-3 sm:px-8 sm:py-5">
        <a href="/" className="rounded-sm py-2 text-lg">
          <Wordmark />
        </a>
        <div className="flex items-center gap-4">
          <LocaleSwitch />
          <a href="/sign-in" className="rounded-sm py-2 text-ink-2 hover:text-ink max-sm:hidden">
            {t('staff')}
          </a>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="flex-1 outline-none">
        {children}
      </main>
      <footer className="border-t">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-8 gap-y-4 px-4 py-8 text-sm text-ink-2 sm:px-8">
          <p>{t('landing.footer')}</p>
          <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
            <a href="/sign-in" className="rounded-sm py-2 underline underline-offset-3 hover:text-ink">
              {t('staff')}
            </a>
            <ThemeSwitch />
          </div>
        </div>
      </footer>
    </div>
  );
}
