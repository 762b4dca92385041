'use client';

import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { Link } from '../link.tsx';

export type NavItem = {
  href: string;
  label: string;
  /** A lucide icon element. */
  icon?: ReactNode;
  /** A count or a dot that says something waits there. */
  badge?: ReactNode;
  /** Current only at exactly this address, for a portal's first page. */
  exact?: boolean;
  /** Addresses below this one that another item leads to. */
  except?: readonly string[];
  /** Manager portal: keys pressed one after another, such as "g o". */
  keys?: string;
};

/** Knows whether it leads to where one is. */
export function NavLink({
  item,
  className,
  children,
}: {
  item: NavItem;
  className: string;
  children?: ReactNode;
}) {
  const path = usePathname();
  const isAt = (href: string) => path === href || path.startsWith(`${href}/`);
  const here = item.exact ? path === item.href : isAt(item.href) && !item.except?.some(isAt);
  return (
    <Link href={item.href} aria-current={here ? 'page' : undefined} className={className}>
      {children ?? (
        <>
          {item.icon}
          <span>{item.label}</span>
          {item.badge}
        </>
      )}
    </Link>
  );
}
