import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { cookies, jobLines, jobs } from '#db/schema/consumables.ts';
import { createServiceType } from '#lib/catalog/index.ts';
import { cookieArrived, cookieKey, jobDropped, jobOpened } from '#lib/consumables/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, at, dbTest, emitted, runPolicy, testNow } from '#lib/kernel/testing.ts';
import { assignOrder, cancelOrder, orderAssigned, orderCancelled, placeOrder } from '#lib/ordering/index.ts';
import { chaseLateCookie } from './chase-late-cookie.ts';
import { closeJobOfEndedOrder } from './close-job-of-ended-order.ts';
import { openAssemblyJob } from './open-assembly-job.ts';
import { orderCookie } from './order-cookie.ts';
import { receiveCookie } from './receive-cookie.ts';

const startsAt = new Date(testNow.getTime() + 120 * 60_000);
const minutes = (count: number) => new Date(testNow.getTime() + count * 60_000);

type Status = 'pending' | 'succeeded' | 'silent';
let status: Status;
const said = { en: 'A shelf awaits you.', ru: 'Вас ждёт полка.' };
const calls: string[] = [];
const contractor = createServer((request, response) => {
  calls.push(`${request.method} ${request.headers['idempotency-key']}`);
  if (status === 'silent') return request.socket.destroy();
  response.end(JSON.stringify({ id: 'c1', status, etaAt: minutes(85).toISOString(), prediction: said }));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => contractor.listen(0, '127.0.0.1', resolve));
  process.env.PARTNER_COOKIES_URL = `http://127.0.0.1:${(contractor.address() as AddressInfo).port}`;
  process.env.PARTNER_COOKIES_SECRET = 'crumbs';
});
afterAll(() => contractor.close());

async function assignedOrder(ctx: Ctx) {
  const words = (en: string) => ({ en, ru: en });
  const { serviceTypeId } = await createServiceType(ctx, {
    requestKey: 'test-glass-off-shelf',
    name: words('Glass'),
    description: words('One glass'),
    durationMinutes: 30,
    skills: ['precision'],
    kit: [{ itemCode: 'glass', quantity: 2 }],
  });
  const client = as(ctx, 'client');
  const { orderId } = await placeOrder(client, {
    requestKey: 'click-0001',
    serviceTypeId,
    what: 'The tall one',
    place: 'Box 7',
    contact: 'Murka, box 7',
    startsAt,
  });
  await assignOrder(ctx, {
    orderId,
    matchId: crypto.randomUUID(),
    workerId: crypto.randomUUID(),
    workerName: 'Vasya',
    costCents: 10_000n,
    discountPercent: 0,
  });
  const [data] = await emitted(ctx, orderAssigned);
  return { client, orderId, data: orderAssigned.schema.parse(data) };
}

const opened = async (ctx: Ctx) => jobOpened.schema.parse((await emitted(ctx, jobOpened))[0]);
const cookie = async (ctx: Ctx) => (await ctx.db.select().from(cookies))[0]!;

describe('open-assembly-job', () => {
  dbTest('run twice for one assigned order opens one job with its kit [US-150]', async ({ ctx }) => {
    const { orderId, data } = await assignedOrder(ctx);
    for (let run = 0; run < 2; run++) await runPolicy(openAssemblyJob, ctx, data);
    expect(await ctx.db.select().from(jobs)).toMatchObject([
      { orderId, workerName: 'Vasya', task: 'The tall one', place: 'Box 7', state: 'open' },
    ]);
    expect(await ctx.db.select().from(jobLines)).toHaveLength(2);
    expect(await emitted(ctx, jobOpened)).toHaveLength(1);
  });

  dbTest('opens nothing for an order that was cancelled before it ran', async ({ ctx }) => {
    const { client, orderId, data } = await assignedOrder(ctx);
    await cancelOrder(client, { orderId });
    await runPolicy(openAssemblyJob, ctx, data);
    expect(await ctx.db.select().from(jobs)).toEqual([]);
  });
});

describe('close-job-of-ended-order', () => {
  dbTest('run twice drops the job once', async ({ ctx }) => {
    const { client, orderId, data } = await assignedOrder(ctx);
    await runPolicy(openAssemblyJob, ctx, data);
    await cancelOrder(client, { orderId, reason: 'moved out' });
    const ended = orderCancelled.schema.parse((await emitted(ctx, orderCancelled))[0]);
    for (let run = 0; run < 2; run++) await runPolicy(closeJobOfEndedOrder, ctx, ended);
    expect(await ctx.db.select().from(jobs)).toMatchObject([{ state: 'dropped', closedWhy: 'moved out' }]);
    expect(await emitted(ctx, jobDropped)).toHaveLength(1);
    calls.length = 0;
    await runPolicy(orderCookie, ctx, await opened(ctx));
    expect(calls).toEqual([]);
  });
});

describe('the cookie policies [US-170]', () => {
  dbTest('order it once, its lead time ahead of the pick-up, however often they run', async ({ ctx }) => {
    const { orderId, data } = await assignedOrder(ctx);
    await runPolicy(openAssemblyJob, ctx, data);
    calls.length = 0;
    status = 'pending';
    await runPolicy(orderCookie, ctx, await opened(ctx));
    expect(calls).toEqual([`POST ${cookieKey(orderId, 1)}`]);
    // 120 minutes minus 15 for the pick-up and 30 of lead.
    expect(await cookie(ctx)).toMatchObject({ state: 'ordered', askedAt: minutes(75), etaAt: minutes(85) });
    await runPolicy(orderCookie, ctx, await opened(ctx));
    expect(calls).toHaveLength(1);
  });

  dbTest('a contractor that does not answer fails the step, so that it is tried again', async ({ ctx }) => {
    const { orderId, data } = await assignedOrder(ctx);
    await runPolicy(openAssemblyJob, ctx, data);
    status = 'silent';
    await expect(runPolicy(orderCookie, ctx, await opened(ctx))).rejects.toThrow('did not answer');
    expect(await cookie(ctx)).toMatchObject({ state: 'ordered', attempt: 1, trouble: 'no_answer' });
    calls.length = 0;
    status = 'pending';
    for (let run = 0; run < 2; run++) await runPolicy(chaseLateCookie, at(ctx, minutes(77)), {});
    expect(calls).toEqual([`GET ${cookieKey(orderId, 1)}`]);
    expect((await cookie(ctx)).etaAt).toEqual(minutes(85));
  });

  dbTest('a webhook is a hint: the truth is asked for, and twice is once', async ({ ctx }) => {
    const { orderId, data } = await assignedOrder(ctx);
    await runPolicy(openAssemblyJob, ctx, data);
    status = 'pending';
    await runPolicy(orderCookie, ctx, await opened(ctx));
    const notified = {
      deliveryId: 'd1',
      type: 'cookie.ready',
      data: { id: 'c1', idempotencyKey: cookieKey(orderId, 1), status: 'succeeded' },
    };
    await runPolicy(receiveCookie, ctx, notified);
    expect((await cookie(ctx)).state).toBe('ordered');
    status = 'succeeded';
    for (let run = 0; run < 2; run++) await runPolicy(receiveCookie, ctx, notified);
    expect(await cookie(ctx)).toMatchObject({ state: 'arrived', prediction: said });
    expect(await emitted(ctx, cookieArrived)).toHaveLength(1);
    await runPolicy(receiveCookie, ctx, {
      ...notified,
      data: { ...notified.data, idempotencyKey: 'something else' },
    });
  });
});
