import Link from 'next/link';
import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

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
