'use client';

import { useEffect } from 'react';

/** Lets the pages of this portal open without network, once they have been seen with it. */
export function OfflinePages() {
  useEffect(() => {
    // In development pages change under one's hands: nothing is kept there.
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.register('/work-worker.js', { scope: '/work' }).catch(() => {});
  }, []);
  return null;
}
