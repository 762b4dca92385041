'use client';

import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { forgetDraft, readDraft } from '#app/ui/draft.ts';
import { toast } from '#app/ui/toast.tsx';

const texts = ['whatHappened', 'action', 'whatWasGood', 'couldBeBetter', 'hypothesis', 'measure'] as const;

/**
 * What this reader had typed for a conclusion when a colleague concluded first: an audit is concluded once, so it can only
 * be copied. Says nothing about words that stand in the findings.
 */
export function LeftDraft({
  draft,
  filed,
  title,
}: {
  draft: string;
  filed: readonly string[];
  title: ReactNode;
}) {
  const t = useTranslations('quality');
  const [left, setLeft] = useState<{ label: string; text: string }[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const said = filed.join('\n');

  useEffect(() => {
    const kept = readDraft(draft);
    if (!kept) return;
    const lost = texts.flatMap((name) => {
      const text = kept[name]?.[0]?.trim();
      return text && !said.includes(text) ? [{ label: t(`conclude.${name}`), text }] : [];
    });
    if (lost.length === 0) forgetDraft(draft);
    setLeft(lost);
  }, [draft, said, t]);

  const shown = left.length > 0;
  useEffect(() => {
    // The field that had the focus went away under the typing hand.
    if (shown && document.activeElement === document.body) box.current?.focus();
  }, [shown]);

  if (!shown) return null;
  const all = left.map(({ label, text }) => `${label}\n${text}`).join('\n\n');
  return (
    <div ref={box} tabIndex={-1} role="alert" className="mb-6 rounded-md">
      <Callout
        tone="warn"
        title={title}
        action={
          <>
            <Button
              size="sm"
              onClick={() =>
                void navigator.clipboard.writeText(all).then(() => toast.success(t('left.copied')))
              }
            >
              {t('left.copy')}
            </Button>
            <Button
              size="sm"
              variant="quiet"
              onClick={() => {
                forgetDraft(draft);
                setLeft([]);
              }}
            >
              {t('left.drop')}
            </Button>
          </>
        }
      >
        {t('left.lead')}
        <dl className="mt-3 grid gap-3 text-ink">
          {left.map(({ label, text }) => (
            <div key={label}>
              <dt className="text-ink-2">{label}</dt>
              <dd className="wrap-anywhere whitespace-pre-wrap">{text}</dd>
            </div>
          ))}
        </dl>
      </Callout>
    </div>
  );
}
