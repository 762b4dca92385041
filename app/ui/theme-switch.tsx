'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { cx } from './cx.ts';
import { themeCookie } from './locales.ts';

export type Theme = 'light' | 'dark' | 'system';
const icons = { system: Monitor, light: Sun, dark: Moon } as const;

/** Shows the theme at once and keeps it for a year. */
export function chooseTheme(theme: Theme) {
  const root = document.documentElement;
  if (theme === 'system') {
    delete root.dataset.theme;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
    document.cookie = `${themeCookie}=; path=/; max-age=0; samesite=lax`;
  } else {
    root.dataset.theme = theme;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
    document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`;
  }
}

/** Light, dark, or as the device says. */
export function ThemeSwitch({ className }: { className?: string }) {
  const t = useTranslations('ui');
  const [theme, setTheme] = useState<Theme | null>(null);
  useEffect(() => setTheme((document.documentElement.dataset.theme as Theme | undefined) ?? 'system'), []);
  return (
    <fieldset className={cx('inline-flex rounded-md border bg-surface p-0.5', className)}>
      <legend className="sr-only">{t('theme.label')}</legend>
      {(['system', 'light', 'dark'] as const).map((each) => {
        const Icon = icons[each];
        return (
          <button
            key={each}
            type="button"
            aria-pressed={theme === each}
            aria-label={t(`theme.${each}`)}
            title={t(`theme.${each}`)}
            onClick={() => {
              chooseTheme(each);
              setTheme(each);
            }}
            className="grid min-h-8 min-w-9 place-items-center rounded-sm text-ink-2 hover:text-ink aria-pressed:bg-sunken aria-pressed:text-ink"
          >
            <Icon className="size-4" aria-hidden="true" />
          </button>
        );
      })}
    </fieldset>
  );
}
