import { Menu as Bars } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { ClientMessages } from '../client-messages.tsx';
import { Link } from '../link.tsx';
import { Wordmark } from '../mark.tsx';
import { SkipLink } from '../skip-link.tsx';
import { type NavItem, NavLink } from './nav-link.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { UserMenu, type UserMenuProps } from './user-menu.tsx';

export type NavSection = { label?: string; items: NavItem[] };

type Props = {
  home: string;
  sections: NavSection[];
  navLabel: string;
  user?: UserMenuProps;
  live?: ReactNode;
  /** Further shortcuts shown under `?`, besides the ones of the navigation. */
  shortcuts?: { keys: string; label: string; href: string }[];
  children: ReactNode;
};

/** Dense: a sidebar of sections, 14 px, keyboard first. On a narrow screen the sidebar folds into a menu. */
export async function ManagerShell({
  home,
  sections,
  navLabel,
  user,
  live,
  shortcuts = [],
  children,
}: Props) {
  const t = await getTranslations('ui');
  const keyed = sections
    .flatMap((section) => section.items)
    .flatMap((item) => (item.keys ? [{ keys: item.keys, label: item.label, href: item.href }] : []));
  const nav = (
    <nav aria-label={navLabel} className="flex flex-col gap-5">
      {sections.map((section, index) => (
        <div key={section.label ?? `section-${index}`}>
          {section.label && <p className="mb-1 px-2 text-xs font-medium text-ink-3">{section.label}</p>}
          <ul className="flex flex-col gap-px">
            {section.items.map((item) => (
              <li key={item.href}>
                <NavLink
                  item={item}
                  className="group flex min-h-8 items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-line/60 hover:text-ink aria-[current]:bg-surface aria-[current]:font-semibold aria-[current]:text-ink aria-[current]:shadow-[0_0_0_1px_var(--color-line)] lg:min-h-7.5 [&_svg]:size-4 [&_svg]:shrink-0"
                >
                  {item.icon}
                  <span className="min-w-0 flex-1">{item.label}</span>
                  {item.badge && <span className="text-xs tabular-nums">{item.badge}</span>}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
  return (
    <ClientMessages>
      <div data-density="dense" className="min-h-dvh lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
        <SkipLink />
        <header className="hidden border-r bg-sunken lg:block">
          <div className="sticky top-0 flex h-dvh flex-col gap-5 overflow-y-auto p-3">
            <div className="flex items-center justify-between gap-2 px-1 pt-1">
              <Link href={home} className="rounded-sm text-[0.9375rem]">
                <Wordmark />
              </Link>
            </div>
            {nav}
            <div className="mt-auto flex flex-col gap-2 border-t pt-3">
              {live && <div className="px-2">{live}</div>}
              {user && <UserMenu {...user} wide />}
            </div>
          </div>
        </header>
        <details className="group border-b bg-sunken lg:hidden">
          <summary className="flex min-h-14 list-none items-center justify-between gap-3 px-4 [&::-webkit-details-marker]:hidden">
            <Wordmark className="text-base" />
            <span className="flex items-center gap-2 font-semibold">
              <Bars className="size-5" aria-hidden="true" />
              {t('menu')}
            </span>
          </summary>
          <div className="flex flex-col gap-5 px-3 pb-4">
            {nav}
            {live && <div className="px-2">{live}</div>}
            {user && <UserMenu {...user} wide />}
          </div>
        </details>
        <main id="main" tabIndex={-1} className="min-w-0 px-4 pt-6 pb-16 outline-none sm:px-8">
          {children}
        </main>
      </div>
      <Shortcuts items={[...keyed, ...shortcuts]} />
    </ClientMessages>
  );
}
