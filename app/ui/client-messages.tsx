import { getLocale, getMessages, getTimeZone } from 'next-intl/server';
import type { ReactNode } from 'react';
import { MessagesProvider } from './messages-provider.tsx';

/** Not sent to a browser unless a page names it: most people must not find out that it exists, or have no use for it. */
const hidden = ['betting', 'ledger'];

/** Hands texts to the client components below. Shells do this for all areas; public pages name the few they need. */
export async function ClientMessages({ areas, children }: { areas?: string[]; children: ReactNode }) {
  const [locale, messages, timeZone] = await Promise.all([getLocale(), getMessages(), getTimeZone()]);
  const picked = areas
    ? Object.fromEntries(['ui', 'errors', ...areas].map((area) => [area, messages[area] ?? {}]))
    : Object.fromEntries(Object.entries(messages).filter(([area]) => !hidden.includes(area)));
  return (
    <MessagesProvider locale={locale} messages={picked} timeZone={timeZone}>
      {children}
    </MessagesProvider>
  );
}
