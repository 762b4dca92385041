import { sql } from 'drizzle-orm';
import { describe, expect } from 'vitest';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { changeSetting } from '#lib/kernel/settings.ts';
import { as, at, dbTest, emitted, runPolicy, testNow } from '#lib/kernel/testing.ts';
import { addSample, matchOf, orderMatched, poolFoundEmpty, sampleOf } from '#lib/matching/index.ts';
import {
  cancelOrder,
  orderAssigned,
  orderCancelled,
  orderCompleted,
  orderFailed,
  orderOverran,
  orderPlaced,
  orderReady,
  readOrder,
} from '#lib/ordering/index.ts';
import { inMinutes, orderIn } from '#lib/ordering/testing.ts';
import { addSampleOfWorker } from './add-sample-of-worker.ts';
import { alertOverrunOrder } from './alert-overrun-order.ts';
import { assignMatchedOrder } from './assign-matched-order.ts';
import { completeUnansweredOrder } from './complete-unanswered-order.ts';
import { deactivateSampleOfWorker } from './deactivate-sample-of-worker.ts';
import { failNoShowOrder } from './fail-no-show-order.ts';
import { matchPlacedOrder } from './match-placed-order.ts';
import { matchWaitingOrders } from './match-waiting-orders.ts';
import type { Policy } from './policy.ts';
import { readyIssuedOrder } from './ready-issued-order.ts';
import { releaseEngagementOfEndedOrder } from './release-engagement-of-ended-order.ts';
import { sweepOrders } from './sweep-orders.ts';

/** A policy may run twice for one event: what it leaves is the same. */
async function rerunPolicy<Data>(policy: Policy<Data>, ctx: Ctx, data: unknown, eventName?: string) {
  const eventId = ctx.newId();
  for (let i = 0; i < 2; i++) await runPolicy(policy, ctx, data as Data, { eventId, eventName });
}
const system = (ctx: Ctx) => as(ctx, { kind: 'system', id: 'test' });
const hire = async (ctx: Ctx) => {
  const workerId = ctx.newId();
  await addSample(system(ctx), { workerId, name: 'Vasya', characteristics: { precision: 80 } });
  return workerId;
};
const newest = async (ctx: Ctx, event: Parameters<typeof emitted>[1]) => (await emitted(ctx, event))[0]!;

describe('from the click to the worker', () => {
  dbTest('a placed order is matched and assigned, once [US-073]', async ({ ctx }) => {
    const workerId = await hire(ctx);
    const { orderId, asClient } = await orderIn(ctx, 'placed');
    await rerunPolicy(matchPlacedOrder, ctx, await newest(ctx, orderPlaced));
    await rerunPolicy(assignMatchedOrder, ctx, await newest(ctx, orderMatched));
    expect(await readOrder(asClient, orderId)).toMatchObject({
      state: 'assigned',
      workerId,
      workerName: 'Vasya',
      costCents: 10_000n,
      discountPercent: 0,
      priceCents: 10_000n,
    });
    expect(await emitted(ctx, orderMatched)).toHaveLength(1);
    expect(await emitted(ctx, orderAssigned)).toHaveLength(1);
  });

  dbTest('a cancel before the match leaves the calendar empty', async ({ ctx }) => {
    await hire(ctx);
    const { orderId } = await orderIn(ctx, 'cancelled');
    await rerunPolicy(matchPlacedOrder, ctx, await newest(ctx, orderPlaced));
    expect(await matchOf(as(ctx, 'manager'), orderId)).toBeNull();
  });

  dbTest('a cancel between match and assignment frees the worker', async ({ ctx }) => {
    const workerId = await hire(ctx);
    const first = await orderIn(ctx, 'placed');
    await runPolicy(matchPlacedOrder, ctx, (await newest(ctx, orderPlaced)) as never);
    await cancelOrder(first.asClient, first);
    await rerunPolicy(assignMatchedOrder, ctx, await newest(ctx, orderMatched));
    const second = await orderIn(ctx, 'placed');
    await runPolicy(matchPlacedOrder, ctx, (await newest(ctx, orderPlaced)) as never);
    expect((await matchOf(as(ctx, 'manager'), second.orderId))?.trace.overbooked).toBe(false);
    expect(await sampleOf(system(ctx), workerId)).toMatchObject({ cancelledCount: 0 });
  });

  dbTest('orders that found the pool empty are matched when somebody joins', async ({ ctx }) => {
    const { orderId } = await orderIn(ctx, 'placed');
    await rerunPolicy(matchPlacedOrder, ctx, await newest(ctx, orderPlaced));
    expect(await emitted(ctx, poolFoundEmpty)).toHaveLength(1);
    const accountId = ctx.newId();
    await rerunPolicy(addSampleOfWorker, ctx, { accountId, name: 'Barsik', characteristics: {} });
    await rerunPolicy(matchWaitingOrders, ctx, { workerId: accountId });
    expect(await newest(ctx, orderMatched)).toMatchObject({ orderId, workerId: accountId });
    expect(await emitted(ctx, orderMatched)).toHaveLength(1);
  });

  dbTest('an order that found nobody until it was too late is not matched any more', async ({ ctx }) => {
    const { orderId, startsAt, asClient } = await orderIn(ctx, 'placed');
    const late = at(ctx, inMinutes(30, startsAt));
    await rerunPolicy(matchPlacedOrder, ctx, await newest(ctx, orderPlaced));
    const workerId = await hire(ctx);
    await rerunPolicy(matchWaitingOrders, late, { workerId });
    await rerunPolicy(sweepOrders, late, {});
    expect(await readOrder(asClient, orderId)).toMatchObject({ state: 'cancelled', workerId: null });
  });

  dbTest('a worker who left is not picked', async ({ ctx }) => {
    const accountId = await hire(ctx);
    await rerunPolicy(deactivateSampleOfWorker, ctx, { accountId, roles: ['client'] });
    expect(await sampleOf(system(ctx), accountId)).toMatchObject({ active: true });
    await rerunPolicy(deactivateSampleOfWorker, ctx, { accountId, roles: ['worker'] });
    expect(await sampleOf(system(ctx), accountId)).toMatchObject({ active: false });
  });
});

describe('on the way', () => {
  dbTest('issued consumables make the order ready, once [US-160]', async ({ ctx }) => {
    const { orderId, worker } = await orderIn(ctx, 'assigned');
    await rerunPolicy(readyIssuedOrder, ctx, { jobId: ctx.newId(), orderId, workerId: worker.id });
    expect(await emitted(ctx, orderReady)).toMatchObject([{ orderId }]);
  });

  dbTest('an end frees the worker and is counted once', async ({ ctx }) => {
    const workerId = await hire(ctx);
    const { asClient, orderId } = await orderIn(ctx, 'placed');
    await runPolicy(matchPlacedOrder, ctx, (await newest(ctx, orderPlaced)) as never);
    await runPolicy(assignMatchedOrder, ctx, (await newest(ctx, orderMatched)) as never);
    await cancelOrder(asClient, { orderId });
    await rerunPolicy(
      releaseEngagementOfEndedOrder,
      ctx,
      await newest(ctx, orderCancelled),
      orderCancelled.name,
    );
    expect(await sampleOf(system(ctx), workerId)).toMatchObject({ cancelledCount: 1 });
  });
});

describe('the clock [US-130]', () => {
  dbTest('fails an order without check-in after the minutes of the setting', async ({ ctx }) => {
    await changeSetting(as(ctx, 'manager'), 'no_show_minutes', 45);
    const { orderId, startsAt } = await orderIn(ctx, 'ready');
    await rerunPolicy(failNoShowOrder, ctx, await newest(ctx, orderAssigned));
    expect(await emitted(ctx, orderFailed)).toMatchObject([
      { orderId, cause: 'worker_no_show', endedAt: inMinutes(45, startsAt).toISOString() },
    ]);
  });

  dbTest(
    'leaves alone an order that has begun, and tells managers once when it takes too long',
    async ({ ctx }) => {
      const { orderId, startsAt, asClient } = await orderIn(ctx, 'in_progress');
      await rerunPolicy(failNoShowOrder, ctx, await newest(ctx, orderAssigned));
      await rerunPolicy(alertOverrunOrder, ctx, {
        orderId,
        startedAt: startsAt.toISOString(),
        durationMinutes: 30,
      });
      expect(await readOrder(asClient, orderId)).toMatchObject({ state: 'in_progress' });
      expect(await emitted(ctx, orderFailed)).toEqual([]);
      expect(await emitted(ctx, orderOverran)).toHaveLength(1);
    },
  );

  dbTest('completes a report that nobody answered in a day', async ({ ctx }) => {
    const { orderId, startsAt } = await orderIn(ctx, 'reported');
    const reportedAt = inMinutes(30, startsAt);
    await rerunPolicy(completeUnansweredOrder, ctx, { orderId, reportedAt: reportedAt.toISOString() });
    expect(await emitted(ctx, orderCompleted)).toMatchObject([
      { orderId, endedBy: { kind: 'system' }, endedAt: inMinutes(24 * 60, reportedAt).toISOString() },
    ]);
  });
});

describe('the sweep', () => {
  dbTest('matches and assigns what was lost over a minute ago', async ({ ctx }) => {
    await hire(ctx);
    const { orderId, asClient } = await orderIn(ctx, 'placed');
    await rerunPolicy(sweepOrders, at(ctx, inMinutes(0.5)), {});
    expect(await readOrder(asClient, orderId)).toMatchObject({ state: 'placed' });
    await rerunPolicy(sweepOrders, at(ctx, inMinutes(2)), {});
    expect(await readOrder(asClient, orderId)).toMatchObject({ state: 'assigned' });
  });

  dbTest('assigns by a match whose event was lost', async ({ ctx }) => {
    await hire(ctx);
    const { orderId, asClient } = await orderIn(ctx, 'placed');
    await runPolicy(matchPlacedOrder, ctx, (await newest(ctx, orderPlaced)) as never);
    await rerunPolicy(sweepOrders, at(ctx, inMinutes(2)), {});
    expect(await readOrder(asClient, orderId)).toMatchObject({ state: 'assigned' });
    expect(await emitted(ctx, orderMatched)).toHaveLength(1);
  });

  dbTest('does what came due while nothing ran', async ({ ctx }) => {
    const ready = await orderIn(ctx, 'ready');
    const assigned = await orderIn(ctx, 'assigned');
    const running = await orderIn(ctx, 'in_progress');
    const reported = await orderIn(ctx, 'reported');
    const unmatched = await orderIn(ctx, 'placed');
    const future = await orderIn(ctx, 'ready', { startsAt: inMinutes(5 * 24 * 60) });
    const later = at(ctx, new Date(testNow.getTime() + 2 * 24 * 3_600_000));
    await rerunPolicy(sweepOrders, later, {});
    const ends = await Promise.all(
      [ready, assigned, running, reported, unmatched, future].map(async ({ orderId }) => {
        const order = (await readOrder(system(ctx), orderId))!;
        return [order.state, order.failureCause];
      }),
    );
    expect(ends).toEqual([
      ['failed', 'worker_no_show'],
      ['failed', 'not_issued_in_time'],
      ['in_progress', null],
      ['completed', null],
      ['cancelled', null],
      ['ready', null],
    ]);
    expect(await emitted(ctx, orderOverran)).toHaveLength(1);
    expect(await emitted(ctx, orderCancelled)).toMatchObject([{ workerId: null, priceCents: null }]);
  });

  dbTest('goes page by page when much came due at once, and does each once', async ({ ctx }) => {
    const { orderId } = await orderIn(ctx, 'ready');
    const own = ['id', 'request_number', 'request_key', 'search'];
    const columns = await ctx.db.execute<{ name: string }>(sql`
      select column_name as name from information_schema.columns
      where table_schema = 'ordering' and table_name = 'orders'`);
    const copied = columns.map(({ name }) => name).filter((name) => !own.includes(name));
    await ctx.db.execute(sql`
      insert into ordering.orders (id, request_number, request_key, ${sql.raw(copied.join(', '))})
      select gen_random_uuid(), 'copy ' || n, 'copy ' || n, ${sql.raw(copied.join(', '))}
      from ordering.orders, generate_series(1, 249) n where id = ${orderId}`);
    const later = at(ctx, new Date(testNow.getTime() + 2 * 24 * 3_600_000));
    const stepIds: string[] = [];
    const counted: typeof sweepOrders = {
      ...sweepOrders,
      react: (run) =>
        sweepOrders.react({
          ...run,
          act: (stepId, work) => {
            stepIds.push(stepId);
            return run.act(stepId, work);
          },
        }),
    };
    await rerunPolicy(counted, later, {});
    expect(stepIds.filter((id) => id.startsWith('late-'))).toEqual(['late-1', 'late-2', 'late-3', 'late-1']);
    expect(await emitted(ctx, orderFailed)).toHaveLength(250);
  });
});
