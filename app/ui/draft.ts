'use client';

import { type RefObject, useEffect, useRef, useState } from 'react';

/** What stood in a form's fields when it was left, by name; only those that somebody changed. */
export type Draft = Record<string, string[]>;

const storageKey = (key: string) => `draft:${key}`;

/** What is kept under a key in this tab, also when its form is no longer on the screen. */
export function readDraft(key: string): Draft | undefined {
  try {
    const draft: unknown = JSON.parse(sessionStorage.getItem(storageKey(key)) ?? 'null');
    return draft && typeof draft === 'object' ? (draft as Draft) : undefined;
  } catch {
    // Storage is switched off, or holds something else: a form without a draft works too.
    return undefined;
  }
}

function writeDraft(key: string, draft: Draft): void {
  try {
    if (Object.keys(draft).length === 0) sessionStorage.removeItem(storageKey(key));
    else sessionStorage.setItem(storageKey(key), JSON.stringify(draft));
  } catch {
    // Full or switched off.
  }
}

/** Keeps it no more. */
export function forgetDraft(key: string): void {
  writeDraft(key, {});
}

const unkept = ['hidden', 'password', 'file', 'submit', 'button'];

function typedIn(form: HTMLFormElement): Draft {
  const data = new FormData(form);
  const typed: Draft = {};
  for (const element of Array.from(form.elements) as HTMLInputElement[]) {
    const { name, type } = element;
    if (!name || unkept.includes(type) || typed[name]) continue;
    typed[name] = data.getAll(name).filter((value) => typeof value === 'string');
  }
  return typed;
}

const same = (a: string[] = [], b: string[] = []) => a.join('\n') === b.join('\n') && a.length === b.length;

/** What to keep: fields kept before, and those that are no longer as the form began. */
function changed(now: Draft, began: Draft, before: Draft): Draft {
  const names = new Set([...Object.keys(now), ...Object.keys(began), ...Object.keys(before)]);
  const draft: Draft = {};
  for (const name of names)
    if (name in before || !same(now[name], began[name])) draft[name] = now[name] ?? [];
  return draft;
}

/**
 * Keeps what is typed into a form in this tab, so that a reload, the way back or another language loses nothing. Answers
 * what was restored, and a version: mount the fields anew under it. Without a key it does nothing.
 */
export function useDraft(
  form: RefObject<HTMLFormElement | null>,
  key: string | undefined,
  onDraft?: (draft: Draft) => void,
) {
  const [restored, setRestored] = useState<{ draft?: Draft; hadFiles?: boolean; version: number }>({
    version: 0,
  });
  const told = useRef(onDraft);
  told.current = onDraft;
  const forgetHere = useRef((_fieldsStay: boolean) => {});
  const shown = useRef(true);

  useEffect(() => {
    shown.current = true;
  });

  useEffect(() => {
    const node = form.current;
    if (!key || !node) return;
    let began = typedIn(node);
    let draft = readDraft(key);
    // Until what was kept is in the fields, they say nothing.
    shown.current = !draft;
    if (draft) {
      const kept = draft;
      const hadFiles = node.querySelector('input[type=file]') != null;
      setRestored(({ version }) => ({ draft: kept, hadFiles, version: version + 1 }));
      told.current?.(kept);
    }
    let over = false;
    const save = () => {
      if (over || !shown.current) return;
      draft = changed(typedIn(node), began, draft ?? {});
      writeDraft(key, draft);
    };
    const onInput = () => {
      over = false;
      save();
    };
    forgetHere.current = (fieldsStay) => {
      over = true;
      draft = undefined;
      if (fieldsStay) began = typedIn(node);
      writeDraft(key, {});
    };
    node.addEventListener('input', onInput);
    window.addEventListener('pagehide', save);
    return () => {
      save();
      node.removeEventListener('input', onInput);
      window.removeEventListener('pagehide', save);
    };
  }, [form, key]);

  return {
    ...restored,
    /** The form has done its work, or is not wanted: nothing is kept any more. */
    forget: () => {
      forgetHere.current(true);
      setRestored((before) => (before.draft ? { version: before.version } : before));
    },
    /** Empties the form to how it began. */
    clear: () => {
      forgetHere.current(false);
      setRestored(({ version }) => ({ version: version + 1 }));
      told.current?.({});
    },
  };
}
