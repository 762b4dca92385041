import { Refused } from '#lib/kernel/refused.ts';

/**
 * Refuses a call that changes something unless a page of our own made it: the only protection route handlers have
 * against other sites, and for actions the one that also refuses a call which does not say where it comes from. Throws
 * `Refused`: other_site.
 */
export function refuseOtherSites(headers: Pick<Headers, 'get'>): void {
  const origin = headers.get('origin');
  const host = headers.get('x-forwarded-host') ?? headers.get('host');
  if (!origin || !URL.canParse(origin) || new URL(origin).host !== host) throw new Refused('other_site');
}
