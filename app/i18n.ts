import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import type { Language } from '#lib/identity/index.ts';
import { currentSession } from './session.ts';
import { chooseLocale, isLocale, type Locale, localeCookie } from './ui/locales.ts';

/** One pair of files per area: `messages/en/<area>.json`, `messages/ru/<area>.json`. Adding an area is adding its name here. */
export const areas = [
  'ui',
  'errors',
  'public',
  'catalog',
  'ordering',
  'matching',
  'consumables',
  'execution',
  'photo',
  'hiring',
  'quality',
  'billing',
  'ledger',
  'betting',
  'identity',
  'notifications',
  'manager',
] as const;

type Messages = { [key: string]: string | Messages };

/** What this browser says of itself: the language chosen in it by hand, or else the one it prefers. */
export async function browserLanguage(): Promise<Language> {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const cookie = jar.get(localeCookie)?.value;
  return { locale: chooseLocale(cookie, sent.get('accept-language')), chosen: isLocale(cookie) };
}

/** The language of this request: chosen in this browser, chosen by its person elsewhere, the browser's, English. */
export async function requestLocale(): Promise<Locale> {
  const { locale, chosen } = await browserLanguage();
  return chosen ? locale : ((await currentSession())?.chosenLocale ?? locale);
}

/** All texts of a language under their area's name. An area without a file yet is empty, not an error. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  const loaded = await Promise.all(
    areas.map(async (area) => {
      try {
        const file = (await import(`../messages/${locale}/${area}.json`)).default as Messages;
        const only = Object.keys(file).length === 1 ? file[area] : undefined;
        return [area, only && typeof only === 'object' ? only : file] as const;
      } catch {
        return [area, {}] as const;
      }
    }),
  );
  return Object.fromEntries(loaded);
}

export default getRequestConfig(async ({ locale, requestLocale: fromPage }) => {
  const wanted = locale ?? (await fromPage);
  const chosen = isLocale(wanted) ? wanted : await requestLocale();
  return {
    locale: chosen,
    messages: await loadMessages(chosen),
    timeZone: process.env.MCF_TIME_ZONE || 'Europe/Berlin',
    // A text nobody has written yet shows its key instead of breaking the screen.
    onError: (error) => {
      if (process.env.NODE_ENV === 'development') console.warn(error.message);
    },
    getMessageFallback: ({ namespace, key }) => [namespace, key].filter(Boolean).join('.'),
  };
});
