import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { type Shape, StateShape, type Tone } from './state-badge.tsx';

export type Step = {
  id: string;
  title: ReactNode;
  /** When, who: a `When` usually. */
  aside?: ReactNode;
  detail?: ReactNode;
  tone?: Tone;
  shape?: Shape;
  /** `todo` steps are drawn faint, the `now` one stands out. */
  phase?: 'done' | 'now' | 'todo';
};

const inks: Record<Tone, string> = {
  neutral: 'text-ink-2',
  next: 'text-accent-ink',
  info: 'text-info',
  good: 'text-good',
  bad: 'text-bad',
};

/** What happened, in order, and what is still to come. The order is the caller's. */
export function Timeline({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol aria-label={label}>
      {steps.map((step, index) => {
        const last = index === steps.length - 1;
        return (
          <li
            key={step.id}
            aria-current={step.phase === 'now' ? 'step' : undefined}
            className="relative flex gap-[0.9em] pb-[1.1em] last:pb-0"
          >
            {!last && (
              <span
                aria-hidden="true"
                className={cx(
                  'absolute top-[1.6em] bottom-[-0.1em] left-[0.7em] border-l-2',
                  steps[index + 1]?.phase === 'todo' ? 'border-dashed border-line' : 'border-line',
                )}
              />
            )}
            <span
              className={cx(
                'grid h-[1.5em] w-[1.4em] shrink-0 place-items-center',
                inks[step.tone ?? 'neutral'],
              )}
            >
              <StateShape
                shape={step.shape ?? (step.phase === 'todo' ? 'dashed' : 'ring')}
                className="size-[1.25em]!"
              />
            </span>
            <div className="min-w-0 flex-1">
              <div className="flex items-baseline justify-between gap-x-4">
                <span className={cx('min-w-0', step.phase === 'todo' ? 'text-ink-3' : 'font-medium')}>
                  {step.title}
                </span>
                {step.aside && <span className="shrink-0 text-[0.9em] text-ink-2">{step.aside}</span>}
              </div>
              {step.detail && <div className="mt-0.5 text-[0.9375em] text-ink-2">{step.detail}</div>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
