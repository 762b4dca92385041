import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';

const tabs = {
  pipeline: '/manage/matching',
  versions: '/manage/matching/versions',
  replays: '/manage/matching/replays',
} as const;

/** What the views of matching have in common. */
export async function MatchingHeader({
  current,
  badge,
  actions,
}: {
  current: keyof typeof tabs;
  badge?: ReactNode;
  actions?: ReactNode;
}) {
  const t = await getTranslations('matching.manage');
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} badge={badge} actions={actions} />
      <LinkTabs
        label={t('views')}
        current={tabs[current]}
        items={Object.entries(tabs).map(([tab, href]) => ({
          href,
          label: t(`tabs.${tab as keyof typeof tabs}`),
        }))}
      />
    </>
  );
}
