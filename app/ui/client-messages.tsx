import { getLocale, getMessages, getTimeZone } from 'next-intl/server';
import type { ReactNode } from 'react';
import { MessagesProvider } from './messages-provider.tsx';

/** Hands texts to the client components below. Shells do this for all areas; public pages name the few they need. */
export async function ClientMessages({ areas, children }: { areas?: string[]; children: ReactNode }) {
  const [locale, messages, timeZone] = await Promise.all([getLocale(), getMessages(), getTimeZone()]);
  const picked = areas
    ? Object.fromEntries(['ui', 'errors', ...areas].map((area) => [area, messages[area] ?? {}]))
    : messages;
  return (
    <MessagesProvider locale={locale} messages={picked} timeZone={timeZone}>
      {children}
    </MessagesProvider>
  );
}
