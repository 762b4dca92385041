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
    keepPage(accountId, path).catch((error) =>
      console.warn('This page is not kept for use without network:', error),
    );
  }, [accountId, path]);

  return null;
}

async function keepPage(accountId: string, path: string): Promise<void> {
  if (localStorage.getItem(ownerKey) !== accountId) await caches.delete(pagesCache);
  localStorage.setItem(ownerKey, accountId);
  // Not `serviceWorker.ready`: a document that began at the sign-in lies outside the scope and would wait for ever.
  const { active, waiting, installing } = await navigator.serviceWorker.register('/work-worker.js', {
    scope: '/work',
  });
  // Links inside the portal load no documents, so the worker is asked to fetch this one.
  if (navigator.onLine) (active ?? waiting ?? installing)?.postMessage({ keep: path });
}
