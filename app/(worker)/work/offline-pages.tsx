'use client';

import { usePathname } from 'next/navigation';
import { useEffect } from 'react';

const ownerKey = 'mcf-work-account';
const pagesCache = 'mcf-work-pages';

/** Lets the pages of this portal open without network, once this person has seen them with it. */
export function OfflinePages({ accountId }: { accountId: string }) {
  const path = usePathname();

  useEffect(() => {
    // In development pages change under one's hands: nothing is kept there.
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
    const forget =
      localStorage.getItem(ownerKey) === accountId ? Promise.resolve() : caches.delete(pagesCache);
    localStorage.setItem(ownerKey, accountId);
    forget
      .then(() => navigator.serviceWorker.register('/work-worker.js', { scope: '/work' }))
      .catch((error) => console.warn('Pages are not kept for offline use:', error));
  }, [accountId]);

  useEffect(() => {
    // Links inside the portal load no documents, so the worker is asked to fetch this one.
    if (navigator.onLine)
      navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage({ keep: path }));
  }, [path]);

  return null;
}
