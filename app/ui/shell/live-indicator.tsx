import { useTranslations } from 'next-intl';
import { cx } from '../cx.ts';

/** Whether what is on the screen keeps itself up to date. Word and shape, not colour alone. */
export function LiveIndicator({ state }: { state: 'live' | 'connecting' | 'offline' }) {
  const t = useTranslations('ui');
  return (
    <span
      role="status"
      className={cx(
        'inline-flex items-center gap-1.5 text-[0.875em] whitespace-nowrap',
        state === 'offline' ? 'font-medium text-bad' : 'text-ink-2',
      )}
    >
      <span
        aria-hidden="true"
        className={cx(
          'size-2 rounded-full',
          state === 'live' && 'bg-good',
          state === 'connecting' && 'animate-breathe border-2 border-ink-3',
          state === 'offline' && 'rounded-none bg-bad',
        )}
      />
      {t(`live.${state}`)}
    </span>
  );
}
