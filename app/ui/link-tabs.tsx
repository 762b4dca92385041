'use client';

import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

type Tab = { href: string; label: ReactNode; count?: number };

/** Views of one thing, each with its own address. Without `current` the path decides; with a query in the hrefs, say it. */
export function LinkTabs({
  items,
  current,
  label,
}: {
  items: readonly Tab[];
  current?: string;
  label: string;
}) {
  const path = usePathname();
  return (
    <nav aria-label={label} className="mb-[1.25em] overflow-x-auto border-b [scrollbar-width:none]">
      <ul className="flex gap-[1.5em]">
        {items.map((item) => {
          const here = (current ?? path) === item.href;
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                aria-current={here ? 'page' : undefined}
                className={cx(
                  'flex min-h-(--control) items-center gap-2 border-b-2 font-medium whitespace-nowrap -outline-offset-2',
                  here ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
                )}
              >
                {item.label}
                {item.count != null && (
                  <span className="text-[0.9em] text-ink-2 tabular-nums">{item.count}</span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
