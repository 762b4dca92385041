const UNIT_MS: Record<string, number> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** A duration like `1d2h30s` in milliseconds, or undefined if the text is not one. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[wdhms]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g))
    total += Number(amount) * (UNIT_MS[unit as string] as number);
  return total;
}

/** When a sleep or timeout ends, in epoch milliseconds: the SDK gives a duration or an ISO date in the same field. */
export function parseInstantMs(text: string, now: number): number | undefined {
  const duration = parseDurationMs(text);
  if (duration !== undefined) return now + duration;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

/**
 * When to try again by a Retry-After header: seconds count from the current time cut to whole seconds, a date is
 * exact; never sooner than 1 second nor later than 24 hours.
 */
export function parseRetryAfterMs(header: string | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const at = /^\d+$/.test(header)
    ? Math.floor(now / 1000) * 1000 + Number(header) * 1000
    : Date.parse(header);
  return Number.isNaN(at)
    ? undefined
    : Math.min(Math.max(at, now + (/^\d+$/.test(header) ? 0 : 1000)), now + 86_400_000);
}
