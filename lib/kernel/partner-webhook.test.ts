import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect } from 'vitest';
import { partnerNotified, receiveWebhook } from './partner.ts';
import { dbTest, emitted } from './testing.ts';

const secret = 'a secret of the tests';

function delivery(body: unknown, { ageSeconds = 0, by = secret } = {}) {
  const rawBody = JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const signature = createHmac('sha256', by).update(`${timestamp}.${rawBody}`).digest('hex');
  return { partner: 'gateway' as const, timestamp, signature, rawBody };
}

const charge = {
  deliveryId: 'd1',
  type: 'charge.succeeded',
  data: { id: 'c1', idempotencyKey: 'k1', status: 'succeeded' },
  sentAt: '2026-03-02T09:00:00Z',
};

describe("a partner's webhook", () => {
  beforeAll(() => {
    process.env.PARTNER_GATEWAY_URL = 'http://gateway.invalid';
    process.env.PARTNER_GATEWAY_SECRET = secret;
  });

  dbTest('is taken once, and answered the same when it comes again', async ({ ctx }) => {
    expect(await receiveWebhook(ctx, delivery(charge))).toEqual({ replayed: false });
    expect(await receiveWebhook(ctx, delivery(charge))).toEqual({ replayed: true });
    expect(await emitted(ctx, partnerNotified.gateway)).toHaveLength(1);
  });

  dbTest('is refused when its signature is of another secret, another body, or too old', async ({ ctx }) => {
    const forged = delivery(charge, { by: 'another secret' });
    const changed = { ...delivery(charge), rawBody: JSON.stringify({ ...charge, deliveryId: 'd2' }) };
    const old = delivery(charge, { ageSeconds: 301 });
    for (const wrong of [forged, changed, old, { ...delivery(charge), timestamp: 'soon' }])
      await expect(receiveWebhook(ctx, wrong)).rejects.toMatchObject({ code: 'partner.bad_signature' });
    expect(await emitted(ctx, partnerNotified.gateway)).toHaveLength(0);
  });

  dbTest('of another shape is refused', async ({ ctx }) => {
    await expect(receiveWebhook(ctx, delivery({ hello: 'there' }))).rejects.toMatchObject({
      code: 'partner.malformed',
    });
  });
});
