import { Bell } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Link } from '#app/ui/link.tsx';
import { unreadCount } from '#lib/notifications/index.ts';
import { LiveRefresh } from './live-refresh.tsx';
import { currentCtx, currentSession } from './session.ts';
import { signOut } from './sign-out.ts';
import { KeepFocus } from './ui/shell/keep-focus.tsx';
import type { UserMenuProps } from './ui/shell/user-menu.tsx';

/** A shell's `user`: name, the person's own pages, the way out. Undefined when nobody is signed in. */
export async function personMenu(): Promise<UserMenuProps | undefined> {
  const session = await currentSession();
  if (!session) return undefined;
  const t = await getTranslations('identity');
  return {
    name: session.name,
    signOut,
    links: [
      { href: '/account', label: t('menu.account') },
      { href: '/account/messages', label: t('menu.messages') },
    ],
  };
}

/** A shell's `live`: keeps the screen up to date and the focus on it, and a bell with what is unread. */
export async function ShellLive() {
  const [t, unread] = await Promise.all([getTranslations('identity'), currentCtx().then(unreadCount)]);
  return (
    <span className="inline-flex items-center gap-3">
      <LiveRefresh />
      <KeepFocus />
      <Link
        href="/account/messages"
        aria-label={t('bell', { count: unread })}
        className="relative grid size-(--control) place-items-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
      >
        <Bell aria-hidden="true" className="size-[1.25em]" />
        {unread > 0 && (
          <span
            aria-hidden="true"
            className="absolute top-[8%] right-[4%] grid min-w-[1.6em] place-items-center rounded-full bg-accent px-[0.35em] text-[0.7em] leading-[1.6em] font-semibold text-on-accent tabular-nums"
          >
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </Link>
    </span>
  );
}
