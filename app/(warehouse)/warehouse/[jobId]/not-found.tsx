import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';

export default async function NotFound() {
  const t = await getTranslations('consumables.job');
  return (
    <>
      <h1 className="sr-only">{t('notFound')}</h1>
      <EmptyState
        art="lost"
        title={t('notFound')}
        action={<LinkButton href="/warehouse">{t('back')}</LinkButton>}
      >
        {t('notFoundLead')}
      </EmptyState>
    </>
  );
}
