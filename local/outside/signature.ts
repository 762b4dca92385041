import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

/** Hex HMAC-SHA256 of `timestamp.text`: the same on both sides of the partner protocol. */
export function sign(secret: string, timestamp: string, text: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
}

/**
 * Decides whether a signed request may be believed. The timestamp must lie within five minutes of now, so
 * that a recorded request cannot be replayed later. Returns the refusal code, or null when all is well.
 */
export function refuseSignature(
  secret: string,
  signed: { timestamp: string | undefined; signature: string | undefined; text: string },
  nowMs: number,
): 'not_signed' | 'stale_timestamp' | 'bad_signature' | null {
  if (!signed.timestamp || !signed.signature) return 'not_signed';
  if (!/^\d{1,12}$/.test(signed.timestamp)) return 'stale_timestamp';
  const expected = Buffer.from(sign(secret, signed.timestamp, signed.text));
  const given = Buffer.from(signed.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'bad_signature';
  return Math.abs(nowMs / 1000 - Number(signed.timestamp)) > TOLERANCE_SECONDS ? 'stale_timestamp' : null;
}
