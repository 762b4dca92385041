import { ClipboardList, Wallet } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { personMenu, ShellLive } from '#app/person.tsx';
import { requireCtx } from '#app/session.ts';
import { WorkerShell } from '#app/ui/shell/worker-shell.tsx';
import { OfflinePages } from './work/offline-pages.tsx';
import { UnsentPhotos } from './work/unsent-photos.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('execution');
  return {
    title: { default: t('title'), template: '%s · Make Cats Free' },
    manifest: '/work.webmanifest',
    appleWebApp: { capable: true, title: 'MCF', statusBarStyle: 'default' },
  };
}

/** The worker's phone. */
export default async function Layout({ children }: { children: ReactNode }) {
  const ctx = await requireCtx('worker');
  const t = await getTranslations('execution.nav');
  return (
    <WorkerShell
      home="/work"
      navLabel={t('label')}
      nav={[
        {
          href: '/work',
          label: t('orders'),
          icon: <ClipboardList aria-hidden="true" />,
          except: ['/work/money'],
        },
        { href: '/work/money', label: t('money'), icon: <Wallet aria-hidden="true" /> },
      ]}
      user={await personMenu()}
      areas={['execution']}
      live={<ShellLive />}
    >
      <UnsentPhotos accountId={ctx.actor.id} />
      {children}
      <OfflinePages accountId={ctx.actor.id} />
    </WorkerShell>
  );
}
