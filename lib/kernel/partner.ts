import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { webhookInbox } from '#db/schema/kernel.ts';
import { asSystem, type Ctx } from './ctx.ts';
import { defineEvent, eventField } from './events.ts';
import { Refused } from './refused.ts';
import { transaction } from './transaction.ts';

export const partners = ['gateway', 'golden-hat', 'cookies'] as const;
export type Partner = (typeof partners)[number];

/** What became of a call. `unknown` means that the effect may have happened: ask again with the same key, never guess. */
export type PartnerAnswer =
  | { outcome: 'answered'; body: Record<string, unknown> }
  | { outcome: 'refused'; status: number; body: Record<string, unknown> }
  | { outcome: 'unknown'; why: string };

const answerLimitBytes = 100_000;
const webhookAgeLimitSeconds = 300;

function partnerConfig(partner: Partner): { url: string; secret: string } {
  const prefix = `PARTNER_${partner.replace('-', '_').toUpperCase()}`;
  const url = process.env[`${prefix}_URL`];
  const secret = process.env[`${prefix}_SECRET`];
  if (!url || !secret) throw new Error(`${prefix}_URL and ${prefix}_SECRET must be set.`);
  return { url, secret };
}

const sign = (secret: string, timestamp: string, text: string) =>
  createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');

/**
 * Calls a partner with a time limit and an idempotency key. A 4xx other than 408, 425 and 429 is a refusal; everything
 * else that is not a 2xx with a JSON object, also no answer at all, is unknown.
 */
export async function callPartner(
  partner: Partner,
  call: { method: 'POST' | 'GET'; path: string; body?: unknown; idempotencyKey: string; timeoutMs?: number },
): Promise<PartnerAnswer> {
  const { url, secret } = partnerConfig(partner);
  const address = new URL(url + call.path);
  const text = call.method === 'POST' ? JSON.stringify(call.body ?? {}) : '';
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signed = call.method === 'POST' ? text : address.pathname + address.search;
  try {
    const response = await fetch(address, {
      method: call.method,
      body: call.method === 'POST' ? text : undefined,
      redirect: 'error',
      signal: AbortSignal.timeout(call.timeoutMs ?? 5000),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': call.idempotencyKey,
        'x-mcf-timestamp': timestamp,
        'x-mcf-signature': sign(secret, timestamp, signed),
      },
    });
    const raw = await response.text();
    if (raw.length > answerLimitBytes) return { outcome: 'unknown', why: 'the answer is too large' };
    const body = z.record(z.string(), z.unknown()).safeParse(JSON.parse(raw || '{}'));
    if (!body.success) return { outcome: 'unknown', why: 'the answer is not a JSON object' };
    if (response.ok) return { outcome: 'answered', body: body.data };
    const mayPass = [408, 425, 429].includes(response.status);
    if (response.status >= 400 && response.status < 500 && !mayPass)
      return { outcome: 'refused', status: response.status, body: body.data };
    return { outcome: 'unknown', why: `status ${response.status}` };
  } catch (error) {
    return {
      outcome: 'unknown',
      why: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

/** A partner told us something: a hint to ask, once per delivery. `data` is what the partner sent. */
export const partnerNotified = {
  gateway: defineEvent('partner/gateway.notified', webhookShape()),
  'golden-hat': defineEvent('partner/golden-hat.notified', webhookShape()),
  cookies: defineEvent('partner/cookies.notified', webhookShape()),
};

function webhookShape() {
  return {
    deliveryId: eventField.id,
    type: z.string().max(100),
    data: z
      .object({ id: eventField.id, idempotencyKey: eventField.id, status: z.string().max(50).optional() })
      .loose(),
  };
}

const webhookBody = z.object({ ...webhookShape(), sentAt: z.string().max(50).optional() });

/**
 * Takes a partner's webhook: checks the signature and its age, keeps the delivery once and emits that it came.
 * Throws `Refused`: partner.bad_signature, partner.malformed. A replay is answered like the first, without effect.
 */
export async function receiveWebhook(
  ctx: Ctx,
  {
    partner,
    timestamp,
    signature,
    rawBody,
  }: { partner: Partner; timestamp: string; signature: string; rawBody: string },
): Promise<{ replayed: boolean }> {
  const expected = Buffer.from(sign(partnerConfig(partner).secret, timestamp, rawBody));
  const given = Buffer.from(signature);
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (
    expected.length !== given.length ||
    !timingSafeEqual(expected, given) ||
    !(ageSeconds <= webhookAgeLimitSeconds)
  )
    throw new Refused('partner.bad_signature');
  let body: z.output<typeof webhookBody>;
  try {
    body = webhookBody.parse(JSON.parse(rawBody));
  } catch {
    throw new Refused('partner.malformed');
  }
  return transaction(asSystem(ctx, `partner:${partner}`), async (tx) => {
    const { deliveryId, type, data } = body;
    const kept = await tx.db
      .insert(webhookInbox)
      .values({ partner, deliveryId, type, data, receivedAt: tx.now })
      .onConflictDoNothing()
      .returning({ deliveryId: webhookInbox.deliveryId });
    if (kept.length) tx.emit(partnerNotified[partner], { deliveryId, type, data });
    return { replayed: kept.length === 0 };
  });
}
