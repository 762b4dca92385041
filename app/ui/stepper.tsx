import type { ReactNode } from 'react';
import { cx } from './cx.ts';

/** How far along, on one line: the past filled, the present named, the future faint. */
export function Stepper({
  steps,
  current,
  label,
}: {
  steps: readonly { id: string; label: ReactNode }[];
  current: number;
  label: string;
}) {
  return (
    <ol aria-label={label} className="flex gap-1.5">
      {steps.map((step, index) => (
        <li key={step.id} aria-current={index === current ? 'step' : undefined} className="min-w-0 flex-1">
          <span
            aria-hidden="true"
            className={cx(
              'block h-1.5 rounded-sm',
              index < current ? 'bg-ink-2' : index === current ? 'bg-accent' : 'bg-line',
            )}
          />
          <span
            className={cx(
              'mt-1.5 block text-[0.875em] leading-tight hyphens-auto',
              index === current ? 'font-semibold text-ink' : 'text-ink-2 max-sm:sr-only',
            )}
          >
            {step.label}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** A share of a whole, with its number beside it. */
export function Progress({
  value,
  max = 100,
  label,
  text,
}: {
  value: number;
  max?: number;
  label: string;
  text?: ReactNode;
}) {
  return (
    <span className="flex items-center gap-3">
      <progress
        value={value}
        max={max}
        aria-label={label}
        className="h-2 min-w-24 flex-1 appearance-none overflow-hidden rounded-sm bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      />
      {text && <span className="text-ink-2 tabular-nums">{text}</span>}
    </span>
  );
}
