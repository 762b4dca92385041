'use client';

import { useLocale, useTimeZone, useTranslations } from 'next-intl';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { cx } from './cx.ts';
import { exactTime, relativeTime } from './time-words.ts';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;

/** One clock for all times on the page; stops when nobody looks. */
function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The current time in milliseconds, ticking each `everySeconds`. The server's rendering is a second or two older. */
function useNow(everySeconds: number): number {
  const round = everySeconds * 1000;
  const read = () => Math.floor((listeners.size > 0 && now ? now : Date.now()) / round) * round;
  return useSyncExternalStore(subscribe, read, read);
}

type Props = {
  at: Date | string | number;
  /** `relative`: "in 5 minutes". `exact`: "22 Nov, 14:30". `both`: exact, then relative in grey. `date`: the day alone. */
  mode?: 'relative' | 'exact' | 'both' | 'date';
  className?: string;
};

/**
 * The one way a moment is shown. Exact times are in the business zone, and name it when the reader sits in
 * another one; the exact instant is in the title and heard by screen readers.
 */
export function When({ at, mode = 'relative', className }: Props) {
  const locale = useLocale();
  const zone = useTimeZone() ?? 'UTC';
  const instant = new Date(at);
  const current = useNow(mode === 'exact' || mode === 'date' ? 3600 : 10);
  const [foreign, setForeign] = useState(false);
  useEffect(() => setForeign(Intl.DateTimeFormat().resolvedOptions().timeZone !== zone), [zone]);

  const full = exactTime(instant, locale, zone, { withZone: true, full: true, now: current });
  const exact = exactTime(instant, locale, zone, {
    withZone: foreign,
    now: current,
    dayOnly: mode === 'date',
  });
  const relative = relativeTime(instant, current, locale);
  return (
    <time
      dateTime={instant.toISOString()}
      title={full}
      className={cx('whitespace-nowrap', className)}
      suppressHydrationWarning
    >
      {mode === 'relative' ? relative : exact}
      {mode === 'relative' && <span className="sr-only">, {full}</span>}
      {mode === 'both' && <span className="ml-2 text-ink-2">{relative}</span>}
    </time>
  );
}

/** Counts down to a moment ("9:41"), then shows `over`. Speaks only when it ends. */
export function Countdown({
  to,
  over,
  className,
}: {
  to: Date | string | number;
  over: string;
  className?: string;
}) {
  const t = useTranslations('ui');
  const current = useNow(1);
  const left = Math.max(0, Math.ceil((new Date(to).getTime() - current) / 1000));
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const seconds = String(left % 60).padStart(2, '0');
  const text =
    hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
  return (
    <span className={cx('whitespace-nowrap tabular-nums', className)} suppressHydrationWarning>
      {left > 0 ? (
        <span role="timer" aria-label={t('countdown', { time: text })} suppressHydrationWarning>
          {text}
        </span>
      ) : (
        <span role="status">{over}</span>
      )}
    </span>
  );
}
