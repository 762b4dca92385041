import {
  ClipboardCheck,
  ClipboardList,
  Coins,
  Dices,
  Gauge,
  IdCard,
  PackageOpen,
  Settings,
  Shuffle,
  UsersRound,
} from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { personMenu, ShellLive } from '#app/person.tsx';
import { requireCtx } from '#app/session.ts';
import { ManagerShell } from '#app/ui/shell/manager-shell.tsx';
import { isMember } from '#lib/betting/index.ts';

/** The managers' portal. Each page below checks its own reader again: a layout is not asked on every navigation. */
export default async function ManagerLayout({ children }: { children: ReactNode }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, user, circle] = await Promise.all([getTranslations('manager.nav'), personMenu(), isMember(ctx)]);
  const hidden = circle ? await getTranslations('betting') : undefined;
  const icon = { 'aria-hidden': true } as const;
  return (
    <ManagerShell
      home="/manage"
      navLabel={t('label')}
      user={user}
      live={<ShellLive />}
      sections={[
        {
          items: [
            { href: '/manage', label: t('overview'), icon: <Gauge {...icon} />, exact: true, keys: 'g h' },
            { href: '/manage/orders', label: t('orders'), icon: <ClipboardList {...icon} />, keys: 'g o' },
            { href: '/manage/matching', label: t('matching'), icon: <Shuffle {...icon} />, keys: 'g m' },
            { href: '/manage/services', label: t('services'), icon: <PackageOpen {...icon} />, keys: 'g s' },
          ],
        },
        {
          label: t('people'),
          items: [
            { href: '/manage/hiring', label: t('hiring'), icon: <UsersRound {...icon} />, keys: 'g a' },
            { href: '/manage/quality', label: t('quality'), icon: <ClipboardCheck {...icon} />, keys: 'g q' },
          ],
        },
        {
          label: t('money'),
          items: [
            { href: '/manage/billing', label: t('billing'), icon: <Coins {...icon} />, keys: 'g b' },
            ...(hidden
              ? [{ href: '/manage/bets', label: hidden('nav'), icon: <Dices {...icon} />, keys: 'g w' }]
              : []),
          ],
        },
        {
          items: [
            { href: '/manage/people', label: t('colleagues'), icon: <IdCard {...icon} />, keys: 'g p' },
            { href: '/manage/settings', label: t('settings'), icon: <Settings {...icon} />, keys: 'g e' },
          ],
        },
      ]}
    >
      {children}
    </ManagerShell>
  );
}
