import { cx } from './cx.ts';

/** Our mark: a cat's ears whose right one is a tick. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={cx('size-8 shrink-0', className)} aria-hidden="true">
      <path
        d="M4.5 27V6.800c0-1.5 1.8-2.3 2.9-1.200L13 11.200h4.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="3.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path
        d="m11 20.2 5.8 6.300L28 6.5"
        fill="none"
        stroke="var(--color-accent)"
        strokeWidth="4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** Mark and name. The name is never translated. */
export function Wordmark({ short, className }: { short?: boolean; className?: string }) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-2 font-bold tracking-[-0.02em] whitespace-nowrap text-ink',
        className,
      )}
    >
      <Mark className="size-[1.6em]!" />
      {short ? 'MCF' : 'Make Cats Free'}
    </span>
  );
}
