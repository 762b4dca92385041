import { useLocale, useTranslations } from 'next-intl';
import { buttonClass } from '#app/ui/button-class.ts';
import { locales } from '#app/ui/locales.ts';

/** Said in the language of the paper, as whoever needs it reads that one. */
const names = { en: 'PDF in English', ru: 'PDF по-русски' } as const;

/** A document as PDF: in the reader's language, and smaller in the other ones, for whom it may be handed to. */
export function PdfLinks({ href }: { href: string }) {
  const t = useTranslations('billing.invoice');
  const current = useLocale();
  return (
    <>
      {locales
        .filter((locale) => locale !== current)
        .map((locale) => (
          <a
            key={locale}
            href={`${href}?lang=${locale}`}
            lang={locale}
            hrefLang={locale}
            className="grid min-h-(--control) items-center text-[0.9375em] text-ink-2 underline underline-offset-3 hover:text-ink print:hidden"
          >
            {names[locale]}
          </a>
        ))}
      <a href={href} className={buttonClass()}>
        {t('pdf')}
      </a>
    </>
  );
}
