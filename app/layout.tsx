import './globals.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { loadMessages, requestLocale } from './i18n.ts';
import { MessagesProvider } from './ui/messages-provider.tsx';
import { themeScript } from './ui/theme-script.ts';
import { Toaster } from './ui/toast.tsx';

export const metadata: Metadata = {
  title: { default: 'Make Cats Free', template: '%s · Make Cats Free' },
  applicationName: 'Make Cats Free',
  formatDetection: { telephone: false, email: false, address: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf6ef' },
    { media: '(prefers-color-scheme: dark)', color: '#17140f' },
  ],
};

/**
 * The one document. Gives client components the texts of `ui` and `errors`; a shell adds the rest.
 * Asks next-intl for nothing, so that a static page below can still choose its own language.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await requestLocale();
  const { ui = {}, errors = {} } = await loadMessages(locale);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang={locale} suppressHydrationWarning>
      <head>
        {/* Runs before the first paint: the chosen theme never flashes, also on static pages. */}
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours */}
        <script nonce={nonce} dangerouslySetInnerHTML={{ __html: themeScript }} suppressHydrationWarning />
      </head>
      <body>
        <MessagesProvider
          locale={locale}
          messages={{ ui, errors }}
          timeZone={process.env.MCF_TIME_ZONE || 'Europe/Berlin'}
        >
          {children}
          <Toaster />
        </MessagesProvider>
      </body>
    </html>
  );
}
