import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderHistory, orders } from '#db/schema/ordering.ts';
import { publishServiceVersion, retireServiceType } from '#lib/catalog/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { account, as, at, dbTest, emitted, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import {
  alertOverrun,
  allOrders,
  assignOrder,
  cancelOrder,
  completeUnanswered,
  confirmOrder,
  declineOrder,
  disputeOrder,
  endOrder,
  failNoShow,
  historyOf,
  markReady,
  maySeePhotoOfOrder,
  myActiveOrders,
  myOrders,
  orderCancelled,
  orderCompleted,
  orderFailed,
  orderOverran,
  orderPlaced,
  orderStates,
  placeOrder,
  readOrder,
  reorder,
  reportOrder,
  startOrder,
  workOf,
} from './index.ts';
import { inMinutes, orderIn, photoOf, serviceForTests } from './testing.ts';

const stateOf = async (ctx: Ctx, orderId: string) =>
  (await ctx.db.select({ state: orders.state }).from(orders).where(eq(orders.id, orderId)))[0]?.state;

describe('placing an order [US-020]', () => {
  dbTest('keeps a snapshot of the service as it was', async ({ ctx }) => {
    const { orderId, client, serviceTypeId } = await orderIn(ctx, 'placed');
    await publishServiceVersion(as(ctx, 'manager'), {
      serviceTypeId,
      basedOnVersion: 1,
      name: { en: 'Other', ru: 'Другое' },
      description: { en: 'x', ru: 'y' },
      durationMinutes: 500,
      skills: ['noise'],
      kit: [],
    });
    expect(await readOrder(as(ctx, client), orderId)).toMatchObject({
      state: 'placed',
      serviceName: { en: 'Push a pen' },
      durationMinutes: 30,
      skills: ['precision'],
      kit: [{ itemCode: 'ballpoint-pen', quantity: 2 }],
      priceCents: null,
    });
  });

  dbTest('a double click is one order', async ({ ctx }) => {
    const client = account('client');
    const first = await orderIn(ctx, 'placed', { client, requestKey: 'one-form' });
    const second = await orderIn(ctx, 'placed', { client, requestKey: 'one-form' });
    expect(second.orderId).toBe(first.orderId);
    expect(await emitted(ctx, orderPlaced)).toHaveLength(1);
    const other = await orderIn(ctx, 'placed', { requestKey: 'one-form' });
    expect(other.orderId).not.toBe(first.orderId);
  });

  dbTest('says at each field what is wrong, and places nothing', async ({ ctx }) => {
    const { serviceTypeId } = await serviceForTests(ctx);
    const client = as(ctx, 'client');
    const good = {
      requestKey: 'some-key',
      serviceTypeId,
      what: 'x',
      place: 'y',
      contact: 'z',
      startsAt: inMinutes(60),
    };
    const wrong = async (more: Record<string, unknown>) =>
      placeOrder(client, { ...good, ...more }).catch((error) => error.fields);
    expect(await wrong({ what: ' ', place: undefined, contact: 'x'.repeat(201) })).toEqual({
      what: 'required',
      place: 'required',
      contact: 'too_long',
    });
    expect(await wrong({ what: 'x'.repeat(2001) })).toEqual({ what: 'too_long' });
    expect(await wrong({ startsAt: inMinutes(-1) })).toEqual({ startsAt: 'ordering.past_date' });
    expect(await wrong({ startsAt: inMinutes(400 * 24 * 60) })).toEqual({ startsAt: 'ordering.too_far' });
    expect(await wrong({ startsAt: 'soon' })).toEqual({ startsAt: 'required' });
    expect(await wrong({ serviceTypeId: 'pen' })).toEqual({ serviceTypeId: 'ordering.service_gone' });
    await retireServiceType(as(ctx, 'manager'), { serviceTypeId });
    expect(await wrong({})).toEqual({ serviceTypeId: 'ordering.service_gone' });
    expect(await myActiveOrders(client)).toEqual([]);
  });

  dbTest('only clients request', async ({ ctx }) => {
    for (const role of ['worker', 'staff', 'manager'] as const)
      await expect(placeOrder(as(ctx, role), {})).rejects.toMatchObject({ code: 'not_allowed' });
  });
});

describe('the life of an order', () => {
  dbTest('runs from the click to the end, and every step is in its history', async ({ ctx }) => {
    const { orderId, client, worker } = await orderIn(ctx, 'completed');
    const order = (await readOrder(as(ctx, client), orderId))!;
    expect(order).toMatchObject({ state: 'completed', workerName: 'Vasya', priceCents: 10_000n });
    const history = await historyOf(ctx, order);
    expect(history.map(({ fromState, toState }) => [fromState, toState])).toEqual([
      [null, 'placed'],
      ['placed', 'assigned'],
      ['assigned', 'ready'],
      ['ready', 'in_progress'],
      ['in_progress', 'reported'],
      ['reported', 'completed'],
    ]);
    expect(history.map((line) => line.actorId)).toEqual([
      client.id,
      'test',
      'test',
      worker.id,
      worker.id,
      client.id,
    ]);
    expect(await emitted(ctx, orderCompleted)).toMatchObject([
      { orderId, clientId: client.id, workerId: worker.id, costCents: '10000', priceCents: '10000' },
    ]);
  });

  dbTest('worker, discount and price are fixed once [US-040]', async ({ ctx }) => {
    const { orderId, system, worker } = await orderIn(ctx, 'placed');
    const match = {
      orderId,
      matchId: ctx.newId(),
      workerId: worker.id,
      workerName: 'Vasya',
      costCents: 10_000n,
    };
    expect(await assignOrder(system, { ...match, discountPercent: 7 })).toMatchObject({ moved: true });
    expect(await assignOrder(system, { ...match, discountPercent: 0 })).toEqual({
      moved: false,
      state: 'assigned',
    });
    expect(await readOrder(system, orderId)).toMatchObject({ discountPercent: 7, priceCents: 9_300n });
    const other = await assignOrder(system, { ...match, matchId: ctx.newId(), discountPercent: 0 });
    expect(other).toMatchObject({ moved: false, refusedCode: 'ordering.wrong_state' });
  });

  dbTest('a match that comes after the cancel is told so', async ({ ctx }) => {
    const { orderId, system, worker } = await orderIn(ctx, 'cancelled');
    const late = await assignOrder(system, {
      orderId,
      matchId: ctx.newId(),
      workerId: worker.id,
      workerName: 'Vasya',
      costCents: 10_000n,
      discountPercent: 0,
    });
    expect(late).toEqual({ moved: false, state: 'cancelled', refusedCode: 'ordering.wrong_state' });
  });

  dbTest('the client disputes with a reason, which fails it', async ({ ctx }) => {
    const { orderId, asClient } = await orderIn(ctx, 'reported');
    await expect(disputeOrder(asClient, { orderId, reason: ' ' })).rejects.toMatchObject({
      fields: { reason: 'required' },
    });
    await disputeOrder(asClient, { orderId, reason: 'The pen is still there' });
    await disputeOrder(asClient, { orderId, reason: 'Again' });
    expect(await emitted(ctx, orderFailed)).toMatchObject([
      { orderId, cause: 'client_dispute', reason: 'The pen is still there' },
    ]);
  });

  dbTest('cancelling twice is cancelling once; after the report it is refused', async ({ ctx }) => {
    const open = await orderIn(ctx, 'assigned');
    await cancelOrder(open.asClient, { orderId: open.orderId, reason: 'Changed my mind' });
    await cancelOrder(open.asClient, { orderId: open.orderId });
    expect(await emitted(ctx, orderCancelled)).toMatchObject([
      { priceCents: '10000', reason: 'Changed my mind' },
    ]);
    const reported = await orderIn(ctx, 'reported');
    await expect(cancelOrder(reported.asClient, { orderId: reported.orderId })).rejects.toMatchObject({
      code: 'ordering.already_reported',
    });
  });

  dbTest('a photo sent twice starts once [US-180]', async ({ ctx }) => {
    const { orderId, asWorker, worker } = await orderIn(ctx, 'ready');
    const photoId = await photoOf(ctx, worker, 'check_in');
    expect(await startOrder(asWorker, { orderId, photoId })).toMatchObject({ moved: true });
    expect(await startOrder(asWorker, { orderId, photoId })).toMatchObject({ moved: false });
    const somebodyElses = await photoOf(ctx, account('worker'), 'report');
    await expect(reportOrder(asWorker, { orderId, photoId: somebodyElses })).rejects.toMatchObject({
      code: 'photo.not_found',
    });
    await expect(reportOrder(asWorker, { orderId, photoId })).rejects.toMatchObject({
      code: 'photo.not_found',
    });
  });

  dbTest('a manager ends an open order with a reason', async ({ ctx }) => {
    const { orderId } = await orderIn(ctx, 'in_progress');
    const manager = as(ctx, 'manager');
    await expect(endOrder(manager, { orderId, outcome: 'failed' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(endOrder(manager, { orderId, outcome: 'completed', reason: 'x' })).rejects.toMatchObject({
      code: 'ordering.wrong_state',
    });
    await endOrder(manager, { orderId, outcome: 'failed', reason: 'The cat fell asleep' });
    expect(await emitted(ctx, orderFailed)).toMatchObject([
      { cause: 'manager', reason: 'The cat fell asleep', endedBy: { kind: 'account', id: manager.actor.id } },
    ]);
  });

  dbTest('the clock fails, completes and alerts when the time has come, and only then', async ({ ctx }) => {
    const late = await orderIn(ctx, 'ready');
    const early = at(late.system, inMinutes(29, late.startsAt));
    const due = at(late.system, inMinutes(30, late.startsAt));
    expect(await failNoShow(early, { orderId: late.orderId })).toMatchObject({ moved: false });
    expect(await failNoShow(due, { orderId: late.orderId })).toMatchObject({ moved: true, state: 'failed' });
    expect(await emitted(ctx, orderFailed)).toMatchObject([{ cause: 'worker_no_show' }]);

    const running = await orderIn(ctx, 'in_progress');
    const overrun = at(running.system, inMinutes(60, running.startsAt));
    const before = at(running.system, inMinutes(59, running.startsAt));
    expect(await alertOverrun(before, running)).toEqual({ alerted: false });
    expect(await alertOverrun(overrun, { orderId: running.orderId })).toEqual({ alerted: true });
    expect(await alertOverrun(overrun, { orderId: running.orderId })).toEqual({ alerted: false });
    expect(await failNoShow(overrun, { orderId: running.orderId })).toMatchObject({ state: 'in_progress' });
    expect(await emitted(ctx, orderOverran)).toHaveLength(1);

    const reported = await orderIn(ctx, 'reported');
    const dayLater = at(reported.system, inMinutes(30 + 24 * 60, reported.startsAt));
    expect(await completeUnanswered(reported.system, reported)).toMatchObject({ moved: false });
    expect(await completeUnanswered(dayLater, reported)).toMatchObject({ moved: true, state: 'completed' });
  });

  dbTest('any commands in any order keep to the table and leave an unbroken history', async ({ ctx }) => {
    const next: Record<string, string[]> = {
      placed: ['assigned', 'cancelled'],
      assigned: ['ready', 'cancelled', 'failed'],
      ready: ['in_progress', 'cancelled', 'failed'],
      in_progress: ['reported', 'cancelled', 'failed'],
      reported: ['completed', 'failed'],
    };
    const walks = fc.sample(
      fc.array(fc.tuple(fc.nat(10), fc.integer({ min: 0, max: 2000 })), { minLength: 5, maxLength: 12 }),
      { numRuns: 25, seed: 7 },
    );
    for (const walk of walks) {
      const o = await orderIn(ctx, 'placed');
      const { orderId, worker } = o;
      let now = ctx.now;
      for (const [command, minutes] of walk) {
        now = inMinutes(minutes, now);
        const [client, cat, system] = [at(o.asClient, now), at(o.asWorker, now), at(o.system, now)];
        const match = {
          matchId: ctx.newId(),
          workerId: worker.id,
          workerName: 'V',
          costCents: 100n,
          discountPercent: 5,
        };
        const commands = [
          () => assignOrder(system, { orderId, ...match }),
          () => markReady(system, { orderId }),
          async () => startOrder(cat, { orderId, photoId: await photoOf(ctx, worker, 'check_in') }),
          async () => reportOrder(cat, { orderId, photoId: await photoOf(ctx, worker, 'report') }),
          () => confirmOrder(client, { orderId }),
          () => disputeOrder(client, { orderId, reason: 'no' }),
          () => cancelOrder(client, { orderId }),
          () => declineOrder(cat, { orderId }),
          () => failNoShow(system, { orderId }),
          () => completeUnanswered(system, { orderId }),
          () => endOrder(at(as(ctx, 'manager'), now), { orderId, outcome: 'failed', reason: 'x' }),
        ];
        await commands[command]!().catch((error) => {
          if (error.name !== 'Refused') throw error;
        });
      }
      const history = await historyOf(ctx, { id: orderId });
      for (const [i, line] of history.entries()) {
        expect(line.fromState).toBe(i === 0 ? null : history[i - 1]!.toState);
        if (line.fromState) expect(next[line.fromState]).toContain(line.toState);
      }
      expect(await stateOf(ctx, orderId)).toBe(history.at(-1)!.toState);
    }
  });
});

describe('a re-order [US-131][US-132]', () => {
  dbTest('copies the order for another date and keeps away from who failed it', async ({ ctx }) => {
    const failed = await orderIn(ctx, 'failed');
    const again = await reorder(failed.asClient, {
      orderId: failed.orderId,
      requestKey: 'again-one',
      startsAt: inMinutes(600),
    });
    expect(
      await reorder(failed.asClient, {
        orderId: failed.orderId,
        requestKey: 'again-one',
        startsAt: inMinutes(600),
      }),
    ).toEqual(again);
    expect(await readOrder(failed.asClient, again.orderId)).toMatchObject({
      state: 'placed',
      what: 'The red pen, please',
      startsAt: inMinutes(600),
      originalOrderId: failed.orderId,
      excludedWorkerId: failed.worker.id,
      priceCents: null,
    });
    expect(await readOrder(failed.asClient, failed.orderId)).toMatchObject({
      state: 'failed',
      priceCents: 10_000n,
      reorderedAsId: again.orderId,
    });
    const third = reorder(failed.asClient, {
      orderId: failed.orderId,
      requestKey: 'again-two',
      startsAt: inMinutes(900),
    });
    await expect(third).rejects.toMatchObject({ code: 'ordering.reordered' });
  });

  dbTest('of a cancelled order may meet the same worker', async ({ ctx }) => {
    const { orderId, asClient } = await orderIn(ctx, 'assigned');
    await cancelOrder(asClient, { orderId });
    const again = await reorder(asClient, { orderId, requestKey: 'again-one', startsAt: inMinutes(600) });
    expect(await readOrder(asClient, again.orderId)).toMatchObject({ excludedWorkerId: null });
  });

  dbTest('needs an order that ended badly, and a date to come', async ({ ctx }) => {
    const { orderId, asClient } = await orderIn(ctx, 'completed');
    const input = { requestKey: 'again-one', startsAt: inMinutes(600) };
    await expect(reorder(asClient, { orderId, ...input })).rejects.toMatchObject({
      code: 'ordering.not_over',
    });
    const failed = await orderIn(ctx, 'failed');
    const past = reorder(failed.asClient, { ...input, orderId: failed.orderId, startsAt: inMinutes(-5) });
    await expect(past).rejects.toMatchObject({ fields: { startsAt: 'ordering.past_date' } });
    await expect(reorder(as(ctx, 'client'), { ...input, orderId: failed.orderId })).rejects.toMatchObject({
      code: 'ordering.not_found',
    });
  });
});

describe('whose order it is', () => {
  dbTest('somebody else’s order is not there, for reading and for doing', async ({ ctx }) => {
    const { orderId, asClient, asWorker } = await orderIn(ctx, 'reported');
    const stranger = as(ctx, 'client');
    expect(await readOrder(stranger, orderId)).toBeNull();
    expect(await readOrder(as(ctx, 'worker'), orderId)).toBeNull();
    expect(await readOrder(asClient, 'not-an-id')).toBeNull();
    for (const verb of [confirmOrder, cancelOrder])
      await expect(verb(stranger, { orderId })).rejects.toMatchObject({ code: 'ordering.not_found' });
    await expect(declineOrder(as(ctx, 'worker'), { orderId })).rejects.toMatchObject({
      code: 'ordering.not_found',
    });
    await expect(confirmOrder(asWorker, { orderId })).rejects.toMatchObject({ code: 'not_allowed' });
    for (const role of ['manager', 'staff', 'billing'] as const)
      expect(await readOrder(as(ctx, role), orderId)).toMatchObject({ id: orderId });
  });

  dbTest(
    'its photos are seen by its client, its worker and managers, and by nobody else',
    async ({ ctx }) => {
      const { orderId, asClient, asWorker, system } = await orderIn(ctx, 'reported');
      const { startPhotoId, reportPhotoId } = (await readOrder(system, orderId))!;
      for (const photoId of [startPhotoId!, reportPhotoId!]) {
        for (const one of [asClient, asWorker, as(ctx, 'manager')])
          expect(await maySeePhotoOfOrder(one, photoId)).toBe(true);
        // Staff and billing read orders, but no screen of theirs shows what a client's room looks like.
        for (const role of ['client', 'worker', 'staff', 'billing'] as const)
          expect(await maySeePhotoOfOrder(as(ctx, role), photoId)).toBe(false);
        expect(await maySeePhotoOfOrder(as(ctx, { kind: 'anonymous', id: 'anonymous' }), photoId)).toBe(
          false,
        );
      }
      expect(await maySeePhotoOfOrder(asClient, orderId)).toBe(false);
      expect(await maySeePhotoOfOrder(as(ctx, 'manager'), orderId)).toBe(false);
    },
  );
});

describe('lists', () => {
  dbTest('page without holes in both directions, newest first', async ({ ctx }) => {
    const client = account('client');
    for (let i = 0; i < 45; i++) await orderIn(ctx, 'placed', { client, requestKey: `key-number-${i}` });
    const mine = as(ctx, client);
    const first = await myOrders(mine);
    const second = await myOrders(mine, { before: first.older! });
    const third = await myOrders(mine, { before: second.older! });
    const ids = [...first.orders, ...second.orders, ...third.orders].map((order) => order.id);
    expect(ids).toHaveLength(45);
    expect(ids).toEqual([...ids].sort().reverse());
    expect([first.newer, third.older]).toEqual([null, null]);
    const back = await myOrders(mine, { after: third.newer! });
    expect(back.orders).toEqual(second.orders);
    expect((await myOrders(mine, { after: second.newer! })).newer).toBeNull();
    expect(await myOrders(as(ctx, 'client'))).toEqual({ orders: [], older: null, newer: null });
  });

  dbTest('are searched by text and number, and filtered by state', async ({ ctx }) => {
    const a = await orderIn(ctx, 'assigned');
    const b = await orderIn(ctx, 'failed');
    const manager = as(ctx, 'manager');
    const found = async (filter: Parameters<typeof allOrders>[1]) =>
      (await allOrders(manager, filter)).orders.map((order) => order.id);
    expect(await found({ q: a.requestNumber.toLowerCase() })).toEqual([a.orderId]);
    expect(await found({ q: 'RED PEN' })).toEqual([b.orderId, a.orderId]);
    expect(await found({ q: '100%' })).toEqual([]);
    expect(await found({ state: 'failed' })).toEqual([b.orderId]);
    expect(await found({ state: 'active' })).toEqual([a.orderId]);
    expect(await found({ from: inMinutes(61) })).toEqual([]);
    await expect(allOrders(a.asClient, {})).rejects.toMatchObject({ code: 'not_allowed' });
    expect((await workOf(a.asWorker)).orders.map((order) => order.id)).toEqual([a.orderId]);
    expect((await workOf(b.asWorker, { states: ['failed'] })).orders).toHaveLength(1);
    expect((await workOf(b.asWorker)).orders).toEqual([]);
  });
});

describe('the last line of defence in Postgres', () => {
  const refusedBy = (ctx: Ctx, change: ReturnType<typeof sql>) =>
    ctx.db
      .transaction((db) => db.execute(change))
      .then(
        () => 'done',
        (error) => pgErrorCode(error),
      );

  dbTest('a final order and its history cannot be rewritten, nor a price once fixed', async ({ ctx }) => {
    const { orderId } = await orderIn(ctx, 'completed');
    expect(
      await refusedBy(
        ctx,
        sql`update ordering.orders set state = 'placed', ended_at = null where id = ${orderId}`,
      ),
    ).toBe('42501');
    expect(await refusedBy(ctx, sql`delete from ordering.orders`)).toBe('42501');
    expect(await refusedBy(ctx, sql`update ordering.order_history set at = now()`)).toBe('42501');
    const open = await orderIn(ctx, 'assigned');
    expect(
      await refusedBy(ctx, sql`update ordering.orders set price_cents = 1 where id = ${open.orderId}`),
    ).toBe('42501');
    expect(await refusedBy(ctx, sql`update ordering.orders set kit = '[]' where id = ${open.orderId}`)).toBe(
      '42501',
    );
  });
});

describe('at the same time, with committed data', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let ctx: Ctx;
  beforeAll(async () => {
    database = await freshDatabase();
    ctx = testCtx(database.db);
    await serviceForTests(ctx);
  });
  afterAll(() => database.close());

  test('ten clicks on one form are one order', async () => {
    const client = account('client');
    const placed = await Promise.all(
      Array.from({ length: 10 }, () => orderIn(ctx, 'placed', { client, requestKey: 'same-form' })),
    );
    expect(new Set(placed.map((order) => order.orderId)).size).toBe(1);
    expect((await emitted(ctx, orderPlaced)).filter((data) => data.clientId === client.id)).toHaveLength(1);
  });

  test('confirm, dispute and the manager’s end: one of them wins, whole', async () => {
    const { orderId, asClient } = await orderIn(ctx, 'reported');
    const manager = as(ctx, 'manager');
    const results = await Promise.allSettled([
      confirmOrder(asClient, { orderId }),
      disputeOrder(asClient, { orderId, reason: 'no' }),
      endOrder(manager, { orderId, outcome: 'failed', reason: 'x' }),
      confirmOrder(asClient, { orderId }),
    ]);
    const movedCount = results.filter((r) => r.status === 'fulfilled' && r.value.moved).length;
    expect(movedCount).toBe(1);
    const ends = await ctx.db.select().from(orderHistory).where(eq(orderHistory.orderId, orderId));
    expect(ends.filter((line) => ['completed', 'failed'].includes(line.toState))).toHaveLength(1);
    expect(orderStates).toContain(await stateOf(ctx, orderId));
  });
});
