'use client';

import NextLink, { useLinkStatus } from 'next/link';
import type { ComponentProps } from 'react';

// Only for a page that keeps one waiting: the line comes after a moment, and most pages are there before it.
function PendingLine() {
  return useLinkStatus().pending ? (
    <span
      aria-hidden="true"
      className="pointer-events-none fixed inset-x-0 top-0 z-50 h-0.5 origin-left animate-pending bg-accent print:hidden"
    />
  ) : null;
}

/**
 * Every link inside the product. The page that one leaves stays in use until the next one is there: no skeletons,
 * because React holds what comes after one for 300 ms (docs/decisions/no-skeletons.md). Nothing is fetched ahead: of a
 * page that is made anew for each visit it would bring only the frame, and a live refresh would fetch it again each time.
 */
export function Link({ children, ...rest }: ComponentProps<typeof NextLink>) {
  return (
    <NextLink prefetch={false} {...rest}>
      {children}
      <PendingLine />
    </NextLink>
  );
}
