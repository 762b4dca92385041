import type { ReactNode } from 'react';
import { Art, type ArtName } from './art/art.tsx';

/** Nothing here yet: why, and what would bring something. */
export function EmptyState({
  art,
  title,
  children,
  action,
}: {
  art?: ArtName;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-4 py-10 text-center">
      {art && <Art name={art} className="mb-4 w-60 max-w-full" />}
      <p className="text-[1.1875em] font-semibold text-ink">{title}</p>
      {children && <p className="mt-1.5 text-ink-2">{children}</p>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
