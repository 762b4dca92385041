import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Sizes and times as recorded from the real server, or chosen where it has none. */
export const MAX_EVENT_BYTES = 3 * 1024 * 1024;
export const MAX_EVENTS_PER_REQUEST = 5000;
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
export const MAX_STEP_BYTES = 4 * 1024 * 1024;
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** A batch starts when its events reach this size together, however few they are. */
export const MAX_BATCH_BYTES = 10 * 1024 * 1024;
/** Of an event's or a signal's name, a step's id: what an index can hold. */
export const MAX_NAME = 256;
export const MAX_PRIORITY_SECONDS = 600;
export const DAY_MS = 86_400_000;
export const YEAR_MS = 365 * DAY_MS;

const BACKOFF_SECONDS = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200];

/** The real server's wait before the attempt after `attempt` (0 = first), in milliseconds: a table plus up to 30 s at random. */
export function defaultBackoffMs(attempt: number): number {
  return (BACKOFF_SECONDS[attempt] ?? 7200) * 1000 + Math.random() * 30_000;
}

const UNIT_MS: Record<string, number> = { w: 7 * DAY_MS, d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration like `1d2h30s` in milliseconds, or undefined if the text is not one. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[wdhms]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g)];
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit as string] as number),
    0,
  );
}

/** A duration from now, or an ISO date, in epoch milliseconds. */
export function parseInstantMs(text: string, now: number): number | undefined {
  const duration = parseDurationMs(text);
  const at = duration === undefined ? Date.parse(text) : now + duration;
  return Number.isNaN(at) ? undefined : at;
}

/** When to try again by a Retry-After header: as recorded, seconds count from the current time cut to whole seconds. */
export function parseRetryAfterMs(header: string | undefined, now: number): number | undefined {
  const seconds = /^\d+$/.test(header ?? '');
  const at = seconds ? (Math.floor(now / 1000) + Number(header)) * 1000 : Date.parse(header ?? '');
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at, now + (seconds ? 0 : 1000)), now + DAY_MS);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON by RFC 8785, the form that is signed. Ours, because the npm package throws on a lone surrogate. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const json = (value as { toJSON?: () => unknown }).toJSON;
  if (typeof json === 'function') return canonicalJson(json.call(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(field)}`);
  }
  return `{${parts.join(',')}}`;
}

const KEY_PREFIX = /^signkey-\w+-/;

/** `X-Inngest-Signature` for a body that is already canonical JSON (or empty). */
export function signBody(signingKey: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const hmac = createHmac('sha256', signingKey.replace(KEY_PREFIX, '')).update(body).update(String(seconds));
  return `t=${seconds}&s=${hmac.digest('hex')}`;
}

/** The bearer that the SDK sends: the key's prefix and the SHA-256 of the hex-decoded rest. */
export function bearerOf(signingKey: string): string {
  const prefix = signingKey.match(KEY_PREFIX)?.[0] ?? '';
  const key = Buffer.from(signingKey.slice(prefix.length), 'hex');
  return prefix + createHash('sha256').update(key).digest('hex');
}

/** Compares two secrets without telling by the time taken where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export function uuidOf(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
