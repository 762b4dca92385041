'use client';

import { useEffect, useState } from 'react';

/**
 * A key for one filling-in of a form: the same through double clicks, errors and live refreshes, another one when the
 * form is opened anew, also from the browser's history. Without script the server's key serves.
 */
export function useRequestKey(serverKey: string): string {
  const [key, setKey] = useState(serverKey);
  // Not crypto.randomUUID: it is missing where the page comes over plain HTTP from another machine.
  useEffect(() => setKey(`${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`), []);
  return key;
}
