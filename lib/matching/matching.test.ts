import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '#db/client.ts';
import { engagements, samples } from '#db/schema/matching.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, dbTest, emitted, freshDatabase, testCtx, testNow } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import {
  addSample,
  deactivateSample,
  matchOf,
  matchOrder,
  orderMatched,
  poolFoundEmpty,
  releaseEngagement,
  sampleAdded,
  waitingOrderIds,
} from './index.ts';

async function worker(ctx: Ctx, characteristics: Record<string, number> = {}): Promise<string> {
  const workerId = ctx.newId();
  await addSample(ctx, { workerId, name: `Cat ${workerId.slice(-4)}`, characteristics });
  return workerId;
}
const order = (ctx: Ctx, more: { inHours?: number; excludedWorkerId?: string } = {}) => ({
  orderId: ctx.newId(),
  startsAt: new Date(testNow.getTime() + (more.inHours ?? 1) * 3_600_000),
  durationMinutes: 60,
  skills: ['precision'],
  excludedWorkerId: more.excludedWorkerId ?? null,
});

describe('matching an order [US-072]', () => {
  dbTest('picks the best sample, takes its time and keeps how it came about', async ({ ctx }) => {
    await worker(ctx, { precision: 10 });
    const best = await worker(ctx, { precision: 90 });
    const o = order(ctx);
    const match = (await matchOrder(ctx, o))!;
    expect(match).toMatchObject({ orderId: o.orderId, workerId: best, costCents: '10000' });
    expect(await emitted(ctx, orderMatched)).toEqual([match]);
    const { trace } = (await matchOf(as(ctx, 'manager'), o.orderId))!;
    expect(trace).toMatchObject({
      steps: [
        { id: 'not_excluded', inCount: 2, outCount: 2, skipped: false },
        { id: 'available', inCount: 2, outCount: 2, skipped: false },
        { id: 'skill', kind: 'score' },
        { id: 'fair_load', kind: 'score' },
        { id: 'combine' },
        { id: 'pick', outCount: 1 },
        { id: 'price' },
      ],
      version: '1',
      overbooked: false,
    });
    expect(trace.top.map((rating) => rating.workerId)[0]).toBe(best);
  });

  dbTest('asked twice, it answers the first match', async ({ ctx }) => {
    await worker(ctx);
    const o = order(ctx);
    const first = await matchOrder(ctx, o);
    await worker(ctx, { precision: 100 });
    expect(await matchOrder(ctx, o)).toEqual(first);
    expect(await emitted(ctx, orderMatched)).toHaveLength(1);
  });

  dbTest(
    'nobody is double-booked while somebody is free; then the best is, knowingly [US-073]',
    async ({ ctx }) => {
      const a = await worker(ctx, { precision: 90 });
      const b = await worker(ctx, { precision: 10 });
      const picked: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        const o = order(ctx);
        const { workerId } = (await matchOrder(ctx, o))!;
        const { trace } = (await matchOf(as(ctx, 'manager'), o.orderId))!;
        picked.push([workerId, trace.overbooked, trace.steps[1]!.skipped]);
      }
      expect(picked).toEqual([
        [a, false, false],
        [b, false, false],
        [a, true, true],
      ]);
    },
  );

  dbTest('work that only touches does not overlap', async ({ ctx }) => {
    const a = await worker(ctx, { precision: 90 });
    await worker(ctx, { precision: 0 });
    expect((await matchOrder(ctx, order(ctx, { inHours: 1 })))!.workerId).toBe(a);
    expect((await matchOrder(ctx, order(ctx, { inHours: 2 })))!.workerId).toBe(a);
  });

  dbTest('never the worker that failed it, while any other exists [US-132]', async ({ ctx }) => {
    const failed = await worker(ctx, { precision: 100 });
    expect((await matchOrder(ctx, order(ctx, { inHours: 5, excludedWorkerId: failed })))!.workerId).toBe(
      failed,
    );
    const other = await worker(ctx, { precision: 0 });
    expect((await matchOrder(ctx, order(ctx, { excludedWorkerId: failed })))!.workerId).toBe(other);
  });

  dbTest('an empty pool is one alarm, and the order waits [US-073]', async ({ ctx }) => {
    const o = order(ctx);
    expect(await matchOrder(ctx, o)).toBeNull();
    expect(await matchOrder(ctx, o)).toBeNull();
    expect(await emitted(ctx, poolFoundEmpty)).toEqual([{ orderId: o.orderId }]);
    expect(await waitingOrderIds(ctx)).toEqual([o.orderId]);
    const hired = await worker(ctx);
    expect((await matchOrder(ctx, o))!.workerId).toBe(hired);
    expect(await waitingOrderIds(ctx)).toEqual([]);
  });

  dbTest('who left is not matched', async ({ ctx }) => {
    const left = await worker(ctx, { precision: 100 });
    const stays = await worker(ctx);
    await deactivateSample(ctx, { workerId: left });
    await deactivateSample(ctx, { workerId: left });
    expect((await matchOrder(ctx, order(ctx)))!.workerId).toBe(stays);
  });

  dbTest('is asked by the system only', async ({ ctx }) => {
    for (const verb of [matchOrder, addSample, deactivateSample, releaseEngagement])
      await expect(verb(as(ctx, 'manager'), {})).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(matchOf(as(ctx, 'client'), 'x')).rejects.toMatchObject({ code: 'not_allowed' });
  });
});

describe('the end of an order', () => {
  dbTest('frees the worker and is counted once [US-071]', async ({ ctx }) => {
    const workerId = await worker(ctx);
    const o = order(ctx);
    await matchOrder(ctx, o);
    expect(await releaseEngagement(ctx, { orderId: o.orderId, outcome: 'failed' })).toEqual({
      released: true,
    });
    expect(await releaseEngagement(ctx, { orderId: o.orderId, outcome: 'failed' })).toEqual({
      released: false,
    });
    const [sample] = await ctx.db.select().from(samples).where(eq(samples.workerId, workerId));
    expect(sample).toMatchObject({ failedCount: 1, completedCount: 0, cancelledCount: 0 });
    const next = order(ctx);
    await matchOrder(ctx, next);
    expect((await matchOf(as(ctx, 'manager'), next.orderId))!.trace.overbooked).toBe(false);
  });

  dbTest('of an order that never took the worker counts for nothing', async ({ ctx }) => {
    const workerId = await worker(ctx);
    const o = order(ctx);
    await matchOrder(ctx, o);
    await releaseEngagement(ctx, { orderId: o.orderId, outcome: null });
    const [sample] = await ctx.db.select().from(samples).where(eq(samples.workerId, workerId));
    expect(sample).toMatchObject({ failedCount: 0, completedCount: 0, cancelledCount: 0 });
  });
});

dbTest('a worker joins once', async ({ ctx }) => {
  const workerId = ctx.newId();
  const cat = { workerId, name: 'Vasya', characteristics: { precision: 50 } };
  expect(await addSample(ctx, cat)).toEqual({ added: true });
  expect(await addSample(ctx, cat)).toEqual({ added: false });
  expect(await emitted(ctx, sampleAdded)).toEqual([{ workerId }]);
});

dbTest('Postgres itself refuses an overlap that is not marked', async ({ ctx }) => {
  const workerId = await worker(ctx);
  await matchOrder(ctx, order(ctx));
  const startsAt = new Date(testNow.getTime() + 90 * 60_000);
  const overlap = ctx.db.transaction((db) =>
    db.insert(engagements).values({
      orderId: ctx.newId(),
      workerId,
      startsAt,
      endsAt: new Date(startsAt.getTime() + 60_000),
      overbooked: false,
    }),
  );
  await expect(overlap.catch((error) => Promise.reject(pgErrorCode(error)))).rejects.toBe('23P01');
});

describe('many matches at the same time, with committed data', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let ctx: Ctx;
  beforeAll(async () => {
    database = await freshDatabase();
    ctx = testCtx(database.db);
  });
  afterEach(async () => {
    await database.db.execute(sql`update matching.samples set active = false`);
  });
  afterAll(() => database.close());

  test('six orders for one hour and six workers: everybody gets one', async () => {
    for (let i = 0; i < 6; i++) await worker(ctx, { precision: i * 10 });
    const matches = await Promise.all(Array.from({ length: 6 }, () => matchOrder(ctx, order(ctx))));
    expect(new Set(matches.map((match) => match!.workerId)).size).toBe(6);
  });

  test('two app instances, twenty orders for one hour and twenty workers: nobody has two', async () => {
    for (let i = 0; i < 20; i++) await worker(ctx, { precision: i * 5 });
    const other = connect(database.url);
    try {
      const instances = [ctx, { ...ctx, db: other.db }];
      const matches = await Promise.all(
        Array.from({ length: 20 }, (_, i) => matchOrder(instances[i % 2]!, order(ctx, { inHours: 70 }))),
      );
      expect(new Set(matches.map((match) => match!.workerId)).size).toBe(20);
    } finally {
      await other.close();
    }
  });

  test('two orders and one worker: one of them is marked overbooked', async () => {
    const workerId = await worker(ctx);
    const orders = [order(ctx), order(ctx)];
    await Promise.all(orders.map((o) => matchOrder(ctx, o)));
    const taken = await ctx.db.select().from(engagements).where(eq(engagements.workerId, workerId));
    expect(taken.map((engagement) => engagement.overbooked).sort()).toEqual([false, true]);
  });

  test('one order asked eight times is one match', async () => {
    await worker(ctx);
    await worker(ctx);
    const o = order(ctx, { inHours: 30 });
    const matches = await Promise.all(Array.from({ length: 8 }, () => matchOrder(ctx, o)));
    expect(new Set(matches.map((match) => match!.matchId)).size).toBe(1);
  });
});
