'use client';

import type { ComponentProps } from 'react';
import { useFormStatus } from 'react-dom';
import { type ButtonSize, type ButtonVariant, buttonClass } from './button-class.ts';
import { cx } from './cx.ts';
import { Spinner } from './spinner.tsx';

type Props = ComponentProps<'button'> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Shown as working and not pressable. A submit button knows by itself while its form is being sent. */
  pending?: boolean;
};

/** A verb. One primary button per screen: what to do next. */
export function Button({
  variant,
  size,
  pending,
  type = 'button',
  className,
  children,
  onClick,
  ...rest
}: Props) {
  const form = useFormStatus();
  const busy = pending ?? (type === 'submit' && form.pending);
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass(variant, size, className)}
    >
      <span className={cx('inline-flex items-center justify-center gap-[0.5em]', busy && 'opacity-0')}>
        {children}
      </span>
      {busy && (
        <span className="absolute inset-0 grid place-items-center">
          <Spinner />
        </span>
      )}
    </button>
  );
}
