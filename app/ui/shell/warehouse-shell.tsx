import { ClientMessages } from '../client-messages.tsx';
import { Link } from '../link.tsx';
import { Mark } from '../mark.tsx';
import { SkipLink } from '../skip-link.tsx';
import type { ShellProps } from './client-shell.tsx';
import { NavLink } from './nav-link.tsx';
import { UserMenu } from './user-menu.tsx';

/** A tablet on the wall, gloves on: 20 px and up, targets of 4 rem, the whole width for the board. */
export function WarehouseShell({ home, nav, navLabel, user, live, areas, children }: ShellProps) {
  return (
    <ClientMessages areas={areas}>
      <div data-density="board" className="flex min-h-dvh flex-col">
        <SkipLink />
        <header className="sticky top-0 z-20 border-b bg-paper pt-[env(safe-area-inset-top)]">
          <div className="flex min-h-20 flex-wrap items-center gap-x-6 px-5">
            <Link
              href={home}
              aria-label="Make Cats Free"
              className="-mx-2 grid size-16 place-items-center rounded-md"
            >
              <Mark className="size-10" />
            </Link>
            <nav
              aria-label={navLabel}
              className="min-w-0 flex-1 overflow-x-auto max-md:order-last max-md:w-full max-md:flex-none max-md:pb-2 [scrollbar-width:none]"
            >
              <ul className="flex gap-2">
                {nav.map((item) => (
                  <li key={item.href}>
                    <NavLink
                      item={item}
                      className="flex min-h-16 items-center gap-3 rounded-md px-5 font-semibold whitespace-nowrap text-ink-2 -outline-offset-2 hover:bg-sunken aria-[current]:bg-ink aria-[current]:text-paper [&_svg]:size-7"
                    />
                  </li>
                ))}
              </ul>
            </nav>
            <div className="ml-auto flex items-center gap-3">
              {live}
              {user && <UserMenu {...user} />}
            </div>
          </div>
        </header>
        <main id="main" tabIndex={-1} className="flex-1 px-5 pt-5 pb-10 outline-none">
          {children}
        </main>
      </div>
    </ClientMessages>
  );
}

/** Columns of a board, one per state; scrolls sideways when there are more than fit. */
export function Board({ children }: { children: React.ReactNode }) {
  return (
    <div className="-mx-5 grid auto-cols-[minmax(19rem,1fr)] grid-flow-col items-start gap-4 overflow-x-auto px-5 pb-4">
      {children}
    </div>
  );
}

export function BoardColumn({
  title,
  count,
  children,
}: {
  title: React.ReactNode;
  count: number;
  children: React.ReactNode;
}) {
  return (
    <section className="min-w-0">
      <h2 className="mb-3 flex items-baseline justify-between gap-3 border-b-2 border-ink pb-2 text-[1em]">
        {title}
        <span className="tabular-nums">{count}</span>
      </h2>
      <div className="flex flex-col gap-4">{children}</div>
    </section>
  );
}
