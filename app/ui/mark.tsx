import { cx } from './cx.ts';

/** Our mark: a cat's ears over a tick. The same drawing as app/icon.svg. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={cx('size-8 shrink-0', className)} aria-hidden="true">
      <path
        d="M3.4 3.6c0-1.7 2-2.6 3.3-1.5l5.2 4.5c2.7-.5 5.5-.5 8.2 0l5.2-4.5c1.3-1.1 3.3-.2 3.3 1.5v9.400c1.4 2.3 2 4.3 2 6.500C30.6 26.8 24 31 16 31S1.4 26.8 1.4 19.500c0-2.2.6-4.2 2-6.500z"
        fill="var(--color-accent)"
      />
      <path
        d="m9.2 18.2 4.9 5L23 13.4"
        fill="none"
        stroke="var(--color-on-accent)"
        strokeWidth="3.6"
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
