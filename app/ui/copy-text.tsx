'use client';

import { Check, Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';

/** An id or address, and a button that copies it. */
export function CopyText({ text, shown }: { text: string; shown?: string }) {
  const t = useTranslations('ui');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="truncate font-mono text-[0.9em]">{shown ?? text}</code>
      <button
        type="button"
        aria-label={t(copied ? 'copy.done' : 'copy.do', { text })}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        className="grid size-7 shrink-0 place-items-center rounded-sm text-ink-2 hover:bg-sunken hover:text-ink"
      >
        {copied ? (
          <Check className="size-4 text-good" aria-hidden="true" />
        ) : (
          <Copy className="size-4" aria-hidden="true" />
        )}
      </button>
    </span>
  );
}
