import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

/** Top of a page: where am I, what is it about, what can I do. One per page; holds the h1. */
export function PageHeader({
  title,
  lead,
  badge,
  back,
  actions,
}: {
  title: ReactNode;
  lead?: ReactNode;
  badge?: ReactNode;
  /** A TextLink to the list this came from. */
  back?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="mb-[1.5em] flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0">
        {back && (
          <div className="mb-2 text-[0.9375em] [[data-density=board]_&_a]:-my-4 [[data-density=board]_&_a]:inline-flex [[data-density=board]_&_a]:min-h-16 [[data-density=board]_&_a]:items-center">
            {back}
          </div>
        )}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-[1.75em] leading-tight tracking-[-0.018em]">{title}</h1>
          {badge}
        </div>
        {lead && <p className="mt-1.5 max-w-prose text-ink-2">{lead}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}

/** A part of a page under a heading; a hairline above instead of a box around. */
export function Section({
  title,
  lead,
  actions,
  id,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  id?: string;
  children: ReactNode;
}) {
  return (
    <section id={id} aria-labelledby={id && `${id}-title`} className="mt-[2.25em] first:mt-0">
      <div className="mb-[0.9em] flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id && `${id}-title`} className="text-[1.1875em] leading-snug tracking-[-0.008em]">
            {title}
          </h2>
          {lead && <p className="mt-0.5 text-ink-2">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A thing of its own on a surface. Not inside another Card: use hairlines (`divide-y`) there. */
export function Card({
  children,
  tone = 'plain',
  flush,
  as: As = 'div',
  className,
}: {
  children: ReactNode;
  /** `next` marks the one that wants something from the reader. */
  tone?: 'plain' | 'next' | 'sunken';
  flush?: boolean;
  as?: 'div' | 'article' | 'li' | 'section';
  className?: string;
}) {
  return (
    <As
      className={cx(
        'rounded-lg border',
        tone === 'plain' && 'bg-surface',
        tone === 'next' && 'border-accent bg-surface shadow-[0_0_0_1px_var(--color-accent)]',
        tone === 'sunken' && 'border-transparent bg-sunken',
        !flush && 'p-[1.25em]',
        className,
      )}
    >
      {children}
    </As>
  );
}

/** Search, filters and actions above a table. */
export function Toolbar({ children, end }: { children?: ReactNode; end?: ReactNode }) {
  return (
    <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
      <div className="flex flex-wrap items-center gap-2">{children}</div>
      {end && <div className="flex flex-wrap items-center gap-2">{end}</div>}
    </div>
  );
}

/** Facts with names. Two columns where there is room. */
export function KeyValue({
  items,
  dense,
}: {
  items: readonly { key: ReactNode; value: ReactNode; id?: string }[];
  dense?: boolean;
}) {
  return (
    <dl className="divide-y border-y">
      {items.map((item, index) => (
        <div
          key={item.id ?? index}
          className={cx(
            'grid gap-x-6 gap-y-0.5 sm:grid-cols-[minmax(9em,14em)_1fr]',
            dense ? 'py-1.5' : 'py-2.5',
          )}
        >
          <dt className="text-ink-2">{item.key}</dt>
          <dd className="min-w-0">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One number that matters; with `href` it opens the rows behind it. */
export function Figure({
  label,
  value,
  note,
  href,
}: {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  href?: string;
}) {
  return (
    <dl className={cx('relative min-w-0', href && '-m-2 rounded-md p-2 hover:bg-sunken')}>
      <dt className="text-[0.9375em] text-ink-2">{label}</dt>
      <dd className="mt-1 text-[1.75em] leading-tight font-semibold tracking-[-0.02em]">
        {href ? (
          <Link href={href} className="after:absolute after:inset-0 after:rounded-md">
            {value}
          </Link>
        ) : (
          value
        )}
      </dd>
      {note && <dd className="mt-1 text-[0.9375em] text-ink-2">{note}</dd>}
    </dl>
  );
}

/** A key of the keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid min-w-[1.6em] place-items-center rounded-sm border border-b-2 bg-surface px-1 font-sans text-[0.8125em] font-medium text-ink-2">
      {children}
    </kbd>
  );
}
