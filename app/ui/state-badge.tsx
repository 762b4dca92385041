import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Tone = 'neutral' | 'next' | 'info' | 'good' | 'bad';
export type Shape = 'dashed' | 'ring' | 'half' | 'dot' | 'tick' | 'cross' | 'slash' | 'alert' | 'clock';

const tones: Record<Tone, string> = {
  neutral: 'bg-sunken text-ink-2',
  next: 'bg-accent-soft text-accent-ink',
  info: 'bg-info-soft text-info',
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
};

/** Drawn on 16 x 16, told apart by outline alone. */
const shapes: Record<Shape, ReactNode> = {
  dashed: <circle cx="8" cy="8" r="5.75" strokeDasharray="2.6 2" />,
  ring: <circle cx="8" cy="8" r="5.75" />,
  half: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" stroke="none" />
    </>
  ),
  dot: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <circle cx="8" cy="8" r="3" fill="currentColor" stroke="none" />
    </>
  ),
  tick: <path d="M8 1.25a6.75 6.75 0 1 1 0 13.5 6.75 6.75 0 0 1 0-13.5Zm-3 7 2.1 2.1L11.2 6" fill="none" />,
  cross: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2.5" />
      <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" />
    </>
  ),
  slash: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="m4 12 8-8" />
    </>
  ),
  alert: <path d="M8 2 14.5 13.5h-13zM8 6.5v3.2m0 1.7v.1" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.9V8l2.1 1.5" />
    </>
  ),
};

export function StateShape({ shape, className }: { shape: Shape; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={cx('size-[1.1em] shrink-0', className)}
      aria-hidden="true"
    >
      {shapes[shape]}
    </svg>
  );
}

/** A state by colour, word and shape. A portal maps its states to (tone, shape, label) in one place. */
export function StateBadge({
  tone = 'neutral',
  shape = 'ring',
  size = 'md',
  children,
}: {
  tone?: Tone;
  shape?: Shape;
  size?: 'md' | 'lg';
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-[0.4em] rounded-sm font-medium whitespace-nowrap',
        size === 'md' ? 'px-[0.5em] py-[0.15em] text-[0.875em]' : 'px-[0.6em] py-[0.3em] text-[1em]',
        tones[tone],
      )}
    >
      <StateShape shape={shape} />
      {children}
    </span>
  );
}
