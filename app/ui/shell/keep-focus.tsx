'use client';

import { useEffect } from 'react';

/** When what had the focus is gone (a button whose work is done, a link of the page before), the page's heading gets it. */
export function KeepFocus() {
  useEffect(() => {
    let focused: Element | null = null;
    const remember = (event: FocusEvent) => {
      focused = event.target as Element;
    };
    const observer = new MutationObserver(() => {
      if (!focused || focused.isConnected || document.activeElement !== document.body) return;
      focused = null;
      const main = document.getElementById('main');
      const heading = main?.querySelector<HTMLElement>('h1') ?? main;
      if (!heading) return;
      heading.tabIndex = -1;
      heading.style.outline = 'none';
      heading.focus({ preventScroll: true });
    });
    document.addEventListener('focusin', remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', remember);
      observer.disconnect();
    };
  }, []);
  return null;
}
