import type { ComponentProps } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

/** A link inside text. */
export function TextLink({ className, ...rest }: ComponentProps<typeof Link>) {
  return (
    <Link
      {...rest}
      className={cx(
        'rounded-sm font-medium text-accent-ink underline decoration-accent-ink/35 underline-offset-3 hover:decoration-current',
        className,
      )}
    />
  );
}
