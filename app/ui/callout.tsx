import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

const looks = {
  info: { box: 'bg-info-soft', ink: 'text-info', icon: Info },
  warn: { box: 'bg-accent-soft', ink: 'text-accent-ink', icon: TriangleAlert },
  bad: { box: 'bg-bad-soft', ink: 'text-bad', icon: CircleAlert },
  good: { box: 'bg-good-soft', ink: 'text-good', icon: CircleCheck },
} as const;

type Props = {
  tone?: keyof typeof looks;
  title?: ReactNode;
  children?: ReactNode;
  /** What can be done about it. */
  action?: ReactNode;
};

/** What happened, what it means, what to do. Bad ones are announced at once. */
export function Callout({ tone = 'info', title, children, action }: Props) {
  const { box, ink, icon: Icon } = looks[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={cx('flex flex-wrap items-start gap-x-4 gap-y-3 rounded-md px-4 py-3', box)}
    >
      <div className="flex min-w-0 flex-1 basis-64 gap-3">
        <Icon className={cx('mt-[0.1em] size-[1.25em] shrink-0', ink)} aria-hidden="true" />
        <div className="min-w-0">
          {title && <p className="font-semibold">{title}</p>}
          {children && <div className={title ? 'text-ink-2' : undefined}>{children}</div>}
        </div>
      </div>
      {action && <div className="flex flex-wrap gap-2">{action}</div>}
    </div>
  );
}
