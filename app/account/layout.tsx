import { Bell, House, UserRound } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { personMenu, ShellLive } from '../person.tsx';
import { currentSession, homeOf, requireCtx } from '../session.ts';
import { ClientShell } from '../ui/shell/client-shell.tsx';

/** The pages about oneself, the same for everybody who can sign in. */
export default async function AccountLayout({ children }: { children: ReactNode }) {
  await requireCtx();
  const [session, t, user] = await Promise.all([currentSession(), getTranslations('identity'), personMenu()]);
  const home = homeOf(session?.roles ?? []);
  const icon = { 'aria-hidden': true } as const;
  return (
    <ClientShell
      home={home}
      navLabel={t('account.title')}
      user={user}
      live={<ShellLive />}
      nav={[
        { href: home, label: t('account.back'), icon: <House {...icon} /> },
        { href: '/account', label: t('menu.account'), icon: <UserRound {...icon} />, exact: true },
        { href: '/account/messages', label: t('menu.messages'), icon: <Bell {...icon} /> },
      ]}
    >
      {children}
    </ClientShell>
  );
}
