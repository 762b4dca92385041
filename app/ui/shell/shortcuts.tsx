'use client';

import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Dialog } from '../dialog.tsx';
import { Kbd } from '../layout-parts.tsx';

type Shortcut = { keys: string; label: string; href: string };

/** Keys by what they write, and by their place on the keyboard when a Russian layout is on. */
function keyOf(event: KeyboardEvent): string {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  if (/^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  return event.key;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** "g o" goes somewhere, "/" searches, "?" shows this list. Silent while something is being typed or a dialog is open. */
export function Shortcuts({ items }: { items: readonly Shortcut[] }) {
  const t = useTranslations('ui');
  const router = useRouter();
  const [open, setOpen] = useState(false);

  useEffect(() => {
    let first = '';
    let at = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]')) return;
      const key = event.key === '?' ? '?' : keyOf(event);
      if (key === '?') {
        event.preventDefault();
        setOpen(true);
        return;
      }
      if (key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-search]');
        if (search) {
          event.preventDefault();
          search.focus();
          search.select();
        }
        return;
      }
      const pressed = first && event.timeStamp - at < 1200 ? `${first} ${key}` : key;
      const found = items.find((item) => item.keys === pressed);
      if (found) {
        event.preventDefault();
        first = '';
        router.push(found.href);
      } else {
        first = key;
        at = event.timeStamp;
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [items, router]);

  const rows = [...items, { keys: '/', label: t('search') }, { keys: '?', label: t('shortcuts.title') }];
  return (
    <Dialog open={open} onOpenChange={setOpen} title={t('shortcuts.title')}>
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {rows.map((row) => (
          <div key={row.keys} className="flex items-center justify-between gap-4 border-b py-2">
            <dt>{row.label}</dt>
            <dd className="flex gap-1">
              {row.keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
