import { useTranslations } from 'next-intl';
import { cx } from './cx.ts';

/** A grey place for one thing that is coming. Give it the size of the thing. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx('block animate-breathe rounded-md bg-line/70', className)} />;
}

const rowKeys = 'abcdefghijkl'.split('');

/** For `loading.tsx`: a heading and rows, said once to screen readers. */
export function PageSkeleton({
  rows = 5,
  kind = 'table',
}: {
  rows?: number;
  kind?: 'table' | 'cards' | 'detail';
}) {
  const t = useTranslations('ui');
  return (
    <div role="status">
      <span className="sr-only">{t('loading')}</span>
      <Skeleton className="mb-6 h-[2em] w-56" />
      <div
        className={cx(
          kind === 'cards' && 'grid gap-4 sm:grid-cols-2',
          kind !== 'cards' && 'flex flex-col gap-2',
        )}
      >
        {rowKeys.slice(0, rows).map((key) => (
          <Skeleton
            key={key}
            className={kind === 'cards' ? 'h-36' : kind === 'detail' ? 'h-[2em]' : 'h-(--control)'}
          />
        ))}
      </div>
    </div>
  );
}
