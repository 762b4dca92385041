'use client';

import { Check, Minus, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useOptimistic, useTransition } from 'react';
import { cx } from '#app/ui/cx.ts';
import { LinkButton } from '#app/ui/link-button.tsx';
import { toast } from '#app/ui/toast.tsx';
import { change, tick } from '../actions.ts';

export type KitLine = {
  id: string;
  name: string;
  unit: string;
  isForm: boolean;
  proposedCount: number | null;
  count: number;
  isTicked: boolean;
  onHandCount: number;
};

type Change = { id: string } & ({ isTicked: boolean } | { count: number });

const mostCount = 999;

/** The kit, to be ticked with gloves on: a tap shows at once and is kept in the background; a refusal takes it back. */
export function KitList({ jobId, lines }: { jobId: string; lines: KitLine[] }) {
  const t = useTranslations('consumables.job');
  const [shown, show] = useOptimistic(lines, (before, changed: Change) =>
    before.map((line) => {
      if (line.id !== changed.id) return line;
      return 'count' in changed
        ? { ...line, count: changed.count, isTicked: changed.count > 0 }
        : { ...line, isTicked: changed.isTicked };
    }),
  );
  const [, startTransition] = useTransition();

  function send(changed: Change) {
    startTransition(async () => {
      show(changed);
      const form = new FormData();
      form.set('jobId', jobId);
      form.set('lineId', changed.id);
      if ('count' in changed) form.set('count', String(changed.count));
      else form.set('isTicked', String(changed.isTicked));
      try {
        const answer = await ('count' in changed ? change : tick)({}, form);
        if (!answer.ok) toast.error(answer.message ?? '');
      } catch {
        // No answer: the tick is taken back on the screen, as it may not have been kept.
        toast.error(t('notKept'));
      }
    });
  }

  return (
    <ul className="divide-y border-y">
      {shown.map((line) => {
        const isOut = line.count === 0;
        const isShort = line.count > line.onHandCount;
        const note = [
          isOut && t('leftOut'),
          line.proposedCount === null
            ? t('added')
            : line.count !== line.proposedCount && t('proposed', { count: line.proposedCount }),
          !isShort && !isOut && t('onHand', { count: line.onHandCount }),
        ].filter(Boolean);
        const step =
          'grid size-16 shrink-0 place-items-center rounded-md text-ink-2 hover:bg-sunken active:bg-line disabled:opacity-30 [&_svg]:size-7';
        return (
          <li key={line.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
            <label className="flex min-h-18 min-w-0 flex-1 basis-72 items-center gap-4 rounded-md px-1 has-focus-visible:outline-2 has-focus-visible:outline-focus">
              <input
                type="checkbox"
                className="peer sr-only"
                checked={line.isTicked}
                disabled={isOut}
                aria-label={t('tick', { item: line.name })}
                onChange={(event) => send({ id: line.id, isTicked: event.target.checked })}
              />
              <span
                aria-hidden="true"
                className={cx(
                  'grid size-14 shrink-0 place-items-center rounded-md border-2 transition-colors duration-100',
                  line.isTicked ? 'border-good bg-good text-surface' : 'border-edge bg-surface',
                  isOut && 'border-dashed opacity-40',
                )}
              >
                {line.isTicked && <Check className="size-9" strokeWidth={3} />}
              </span>
              <span className="min-w-0">
                <span className={cx('block text-[1.1em] font-semibold', isOut && 'text-ink-2 line-through')}>
                  {line.name}
                </span>
                {note.length > 0 && <span className="block text-[0.9em] text-ink-2">{note.join(' · ')}</span>}
                {isShort && (
                  <span className="block text-[0.9em] font-semibold text-bad">
                    ▲ {t('short', { count: line.onHandCount })}
                  </span>
                )}
              </span>
            </label>
            {line.isForm && (
              <LinkButton href={`/warehouse/${jobId}/form`} target="_blank" variant="quiet">
                {t('print')}
              </LinkButton>
            )}
            <span className="flex items-center">
              <button
                type="button"
                className={step}
                disabled={isOut}
                aria-label={t('less', { item: line.name })}
                onClick={() => send({ id: line.id, count: line.count - 1 })}
              >
                <Minus aria-hidden="true" />
              </button>
              <span className="min-w-20 text-center tabular-nums">
                <span className="block text-[1.3em] leading-tight font-semibold">{line.count}</span>
                <span className="block text-[0.8em] text-ink-2">{line.unit}</span>
              </span>
              <button
                type="button"
                className={step}
                disabled={line.count >= mostCount}
                aria-label={t('more', { item: line.name })}
                onClick={() => send({ id: line.id, count: line.count + 1 })}
              >
                <Plus aria-hidden="true" />
              </button>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
