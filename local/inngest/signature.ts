import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = /^signkey-\w+-/;

/** `X-Inngest-Signature` for a body that is already canonical JSON (or empty). */
export function signBody(signingKey: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const hmac = createHmac('sha256', signingKey.replace(PREFIX, '')).update(body).update(String(seconds));
  return `t=${seconds}&s=${hmac.digest('hex')}`;
}

/** The bearer that the SDK sends: the key's prefix and the SHA-256 of the hex-decoded rest. */
export function bearerOf(signingKey: string): string {
  const prefix = signingKey.match(PREFIX)?.[0] ?? '';
  return (
    prefix +
    createHash('sha256')
      .update(Buffer.from(signingKey.slice(prefix.length), 'hex'))
      .digest('hex')
  );
}

/** Compares two secrets without telling by the time taken where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
