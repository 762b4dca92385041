import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';

export default async function NotFound() {
  const t = await getTranslations('execution.order');
  return (
    <EmptyState art="lost" title={t('notFound')} action={<LinkButton href="/work">{t('back')}</LinkButton>}>
      {t('notFoundLead')}
    </EmptyState>
  );
}
