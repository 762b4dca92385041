'use client';

import { Languages, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { startTransition } from 'react';
import { Button } from '../button.tsx';
import { Menu, type MenuItem } from '../menu.tsx';
import { chooseTheme } from '../theme-switch.tsx';

export type UserMenuProps = {
  name: string;
  /** A server action, or the address of the sign-out page. */
  signOut: string | (() => Promise<void>);
  /** The portal's own entries (profile, settings). */
  links?: { href: string; label: string }[];
  /** Show the name beside the icon where there is room. */
  wide?: boolean;
};

/** Who am I, which language, which theme, way out. */
export function UserMenu({ name, signOut, links = [], wide }: UserMenuProps) {
  const t = useTranslations('ui');
  const other = useLocale() === 'ru' ? 'en' : 'ru';
  const items: MenuItem[] = [
    ...links.map((link) => ({ ...link, icon: <UserRound aria-hidden="true" /> })),
    ...(links.length > 0 ? (['separator'] as const) : []),
    {
      label: <span lang={other}>{other === 'ru' ? 'Русский' : 'English'}</span>,
      icon: <Languages aria-hidden="true" />,
      href: `/locale/${other}`,
      plain: true,
    },
    'separator',
    { label: t('theme.system'), icon: <Monitor aria-hidden="true" />, onSelect: () => chooseTheme('system') },
    { label: t('theme.light'), icon: <Sun aria-hidden="true" />, onSelect: () => chooseTheme('light') },
    { label: t('theme.dark'), icon: <Moon aria-hidden="true" />, onSelect: () => chooseTheme('dark') },
    'separator',
    typeof signOut === 'string'
      ? { label: t('signOut'), icon: <LogOut aria-hidden="true" />, href: signOut, plain: true }
      : {
          label: t('signOut'),
          icon: <LogOut aria-hidden="true" />,
          onSelect: () => startTransition(signOut),
        },
  ];
  return (
    <Menu
      items={items}
      align={wide ? 'start' : 'end'}
      trigger={
        <Button
          variant="quiet"
          className={wide ? 'w-full justify-start! px-2!' : undefined}
          aria-label={t('account', { name })}
        >
          <UserRound aria-hidden="true" />
          <span className={wide ? 'truncate font-medium' : 'max-w-40 truncate font-medium max-sm:hidden'}>
            {name}
          </span>
        </Button>
      }
    >
      <p className="border-b px-3 py-2 text-sm text-ink-2">{name}</p>
    </Menu>
  );
}
