import type { ReactNode } from 'react';
import { ClientMessages } from '../client-messages.tsx';
import { Link } from '../link.tsx';
import { Wordmark } from '../mark.tsx';
import { SkipLink } from '../skip-link.tsx';
import { type NavItem, NavLink } from './nav-link.tsx';
import { UserMenu, type UserMenuProps } from './user-menu.tsx';

export type ShellProps = {
  home: string;
  nav: NavItem[];
  /** Names the navigation for screen readers, for example "Orders and money". */
  navLabel: string;
  user?: UserMenuProps;
  /** A LiveIndicator, a bell, a cart. */
  live?: ReactNode;
  /** The texts that client components below need, by area; all of them when left out. They travel with every refresh. */
  areas?: string[];
  children: ReactNode;
};

/** Roomy: a top bar, one column of 64 rem. On a phone the navigation scrolls sideways under the bar. */
export function ClientShell({ home, nav, navLabel, user, live, areas, children }: ShellProps) {
  return (
    <ClientMessages areas={areas}>
      <SkipLink />
      <header className="print:hidden border-b bg-paper pt-[env(safe-area-inset-top)]">
        <div className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-8 px-4 sm:flex-nowrap sm:px-6">
          <Link href={home} className="flex min-h-16 items-center rounded-sm">
            <Wordmark />
          </Link>
          <nav
            aria-label={navLabel}
            className="order-last w-full min-w-0 overflow-x-auto [scrollbar-width:none] max-sm:-mx-4 max-sm:w-[calc(100%+2rem)] max-sm:px-4 sm:order-none sm:w-auto sm:flex-1"
          >
            <ul className="flex gap-x-6">
              {nav.map((item) => (
                <li key={item.href}>
                  <NavLink
                    item={item}
                    className="flex min-h-12 items-center gap-2 border-b-2 border-transparent font-medium whitespace-nowrap text-ink-2 -outline-offset-2 hover:text-ink aria-[current]:border-accent aria-[current]:text-ink sm:min-h-16 [&_svg]:hidden"
                  />
                </li>
              ))}
            </ul>
          </nav>
          <div className="ml-auto flex items-center gap-2">
            {live}
            {user && <UserMenu {...user} />}
          </div>
        </div>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-5xl px-4 pt-8 pb-24 outline-none sm:px-6 sm:pt-12"
      >
        {children}
      </main>
    </ClientMessages>
  );
}
