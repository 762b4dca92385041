import { useTranslations } from 'next-intl';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import type { DocumentState } from '#lib/billing/index.ts';

/** One kind of document by state, by URL. */
export function StateTabs({
  path,
  states,
  words,
  current,
}: {
  path: string;
  states: readonly DocumentState[];
  words: 'states' | 'statementStates';
  current: DocumentState | undefined;
}) {
  const t = useTranslations('billing');
  return (
    <LinkTabs
      label={t('manage.filter')}
      current={current ? `${path}?state=${current}` : path}
      items={[
        { href: path, label: t('manage.all') },
        ...states.map((state) => ({ href: `${path}?state=${state}`, label: t(`${words}.${state}`) })),
      ]}
    />
  );
}
