'use client';

import { useState } from 'react';

/**
 * The id of what a form records: the same through errors, lost answers, live refreshes and a dialog that was closed in
 * between, so that trying again is the same; another one only by `renew`, once it is recorded.
 */
export function useKeptId(serverId: string): readonly [id: string, renew: () => void] {
  const [id, setId] = useState(serverId);
  return [id, () => setId(makeId())];
}

/** Not crypto.randomUUID: it is missing where the page comes over plain HTTP from another machine. */
function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
