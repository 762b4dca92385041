import { notFound } from 'next/navigation';
import { setRequestLocale } from 'next-intl/server';
import type { ReactNode } from 'react';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { isLocale, locales } from '#app/ui/locales.ts';

/** Built once per language. The document itself does not know the language here, so this says it. */
export const dynamic = 'force-static';
export const dynamicParams = false;
export const generateStaticParams = () => locales.map((locale) => ({ locale }));

export default async function StaticPublicLayout({
  params,
  children,
}: {
  params: Promise<{ locale: string }>;
  children: ReactNode;
}) {
  const { locale } = await params;
  if (!isLocale(locale)) notFound();
  setRequestLocale(locale);
  return (
    <ClientMessages areas={['public']}>
      <div lang={locale}>{children}</div>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: one of two constants */}
      <script dangerouslySetInnerHTML={{ __html: `document.documentElement.lang='${locale}'` }} />
    </ClientMessages>
  );
}
