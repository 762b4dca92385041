import { useTranslations } from 'next-intl';
import { TextLink } from '#app/ui/text-link.tsx';

/** Under a list that shows the newest lines only, though its sum is of all. */
export function NotAllShown({ shown, all, href }: { shown: number; all: number; href: string }) {
  const t = useTranslations('billing.notAllShown');
  if (all <= shown) return null;
  return (
    <p className="mt-3 text-ink-2">
      {t('text', { shown, all })} <TextLink href={href}>{t('all')}</TextLink>
    </p>
  );
}
