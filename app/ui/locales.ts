/** The languages of the product; the first is the fallback. */
export const locales = ['en', 'ru'] as const;
export type Locale = (typeof locales)[number];

export const localeCookie = 'locale';
export const themeCookie = 'theme';

/** Pages under `app/(public)/[locale]/`: built once per language, served without a database or a session. */
export const staticPublicPaths = ['/', '/apply'];

/** Matches an Accept-Language that names Russian and does not name English before it. */
export const prefersRussian = '(?!.*\\ben\\b.*\\bru\\b).*\\bru\\b.*';

export function isLocale(value: string | undefined | null): value is Locale {
  return value != null && (locales as readonly string[]).includes(value);
}

/** The cookie decides, then the browser's languages, then English. */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(cookie)) return cookie;
  return new RegExp(`^${prefersRussian}$`).test(acceptLanguage ?? '') ? 'ru' : 'en';
}
