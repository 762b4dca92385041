import { ClientMessages } from '../client-messages.tsx';
import { Link } from '../link.tsx';
import { Mark } from '../mark.tsx';
import { SkipLink } from '../skip-link.tsx';
import type { ShellProps } from './client-shell.tsx';
import { NavLink } from './nav-link.tsx';
import { UserMenu } from './user-menu.tsx';

/** A phone in one hand: one column, tabs at the thumb (at most five), everything else above them. */
export function WorkerShell({ home, nav, navLabel, user, live, areas, children }: ShellProps) {
  return (
    <ClientMessages areas={areas}>
      <div data-density="touch" className="flex min-h-dvh flex-col">
        <SkipLink />
        <header className="print:hidden sticky top-0 z-20 border-b bg-paper pt-[env(safe-area-inset-top)]">
          <div className="mx-auto flex min-h-14 max-w-lg items-center justify-between gap-3 px-4">
            <Link href={home} aria-label="Make Cats Free" className="rounded-sm">
              <Mark />
            </Link>
            <div className="flex items-center gap-1">
              {live}
              {user && <UserMenu {...user} />}
            </div>
          </div>
        </header>
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-lg flex-1 px-4 pt-5 pb-8 outline-none">
          {children}
        </main>
        <nav
          aria-label={navLabel}
          className="sticky bottom-0 z-20 border-t bg-surface print:hidden pb-[env(safe-area-inset-bottom)]"
        >
          <ul className="mx-auto grid max-w-lg auto-cols-fr grid-flow-col">
            {nav.map((item) => (
              <li key={item.href} className="min-w-0">
                <NavLink
                  item={item}
                  className="relative flex min-h-18 flex-col items-center justify-center gap-1 px-1 text-center text-sm leading-tight font-medium text-ink-2 -outline-offset-4 before:absolute before:inset-x-4 before:top-0 before:h-1 before:rounded-b-sm aria-[current]:font-semibold aria-[current]:text-ink aria-[current]:before:bg-accent [&_svg]:size-6"
                />
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </ClientMessages>
  );
}

/** The one thing to do now, kept above the tabs within reach of the thumb. Last child of a worker page. */
export function ThumbBar({ children }: { children: React.ReactNode }) {
  return (
    <div className="sticky bottom-18 z-10 -mx-4 mt-6 flex flex-col gap-2 border-t bg-paper px-4 py-3 *:w-full">
      {children}
    </div>
  );
}
