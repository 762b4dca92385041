'use client';

import { useLocale, useTranslations } from 'next-intl';
import { type RefObject, useEffect, useState } from 'react';
import { cx } from './cx.ts';

/** The share of a limit from which on a text says how long it is. */
const nearShare = 0.8;

/**
 * How much of a text's limit is used, under its field and only near the limit. Nothing is cut while typing or pasting:
 * what is too long is said, and refused in words by whoever takes it.
 */
export function TextLimit({
  limit,
  control,
}: {
  limit: number;
  control: RefObject<HTMLInputElement | HTMLTextAreaElement | null>;
}) {
  const t = useTranslations('ui.limit');
  const number = new Intl.NumberFormat(useLocale());
  const [length, setLength] = useState(0);
  useEffect(() => {
    const node = control.current;
    if (!node) return;
    // White space around a text is not kept, so it does not count.
    const count = () => setLength(node.value.trim().length);
    const afterReset = () => void Promise.resolve().then(count);
    count();
    node.addEventListener('input', count);
    node.form?.addEventListener('reset', afterReset);
    const { form } = node;
    return () => {
      node.removeEventListener('input', count);
      form?.removeEventListener('reset', afterReset);
    };
  }, [control]);

  const isNear = length >= limit * nearShare;
  const isOver = length > limit;
  return (
    <span className="block" data-limit={limit}>
      {isNear && (
        <span
          aria-hidden="true"
          className={cx(
            'mt-1.5 block text-right text-[0.875em] tabular-nums',
            isOver ? 'font-medium text-bad' : 'text-ink-2',
          )}
        >
          {isOver
            ? t('over', { count: length - limit, limit: number.format(limit) })
            : t('used', { length: number.format(length), limit: number.format(limit) })}
        </span>
      )}
      {/* Heard twice at most, not at every key. */}
      <span role="status" className="sr-only">
        {isOver
          ? t('isOver', { limit: number.format(limit) })
          : isNear && t('isNear', { limit: number.format(limit) })}
      </span>
    </span>
  );
}
