import { createHmac } from 'node:crypto';

/** The headers that prove a request's body to whoever shares the secret, and when it was made. */
export function signRequest(
  secret: string,
  body: string,
): Record<'x-mcf-timestamp' | 'x-mcf-signature', string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-mcf-timestamp': timestamp, 'x-mcf-signature': signature };
}
