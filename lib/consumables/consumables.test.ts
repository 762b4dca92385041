import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookies, items, jobs, purchases, stockMovements } from '#db/schema/consumables.ts';
import type { Ctx, Role } from '#lib/kernel/ctx.ts';
import { storePhoto } from '#lib/kernel/photo.ts';
import { as, at, dbTest, emitted, freshDatabase, testCtx, testNow } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import {
  addLine,
  askForCookie,
  bookReturn,
  changeLine,
  closeJob,
  cookieArrived,
  cookieLate,
  correctCount,
  decidePurchase,
  issueJob,
  jobDropped,
  jobIssued,
  jobOpened,
  listCookiesToAsk,
  maySeeSignature,
  openJob,
  readBoard,
  readItem,
  readJob,
  readKits,
  readStock,
  receivePurchase,
  returnExpected,
  saveItem,
  stockLow,
  tickLine,
  waiveCookie,
} from './index.ts';

const startsAt = new Date(testNow.getTime() + 60 * 60_000);
const order = {
  orderId: 'order-1',
  requestNumber: 'R-1',
  serviceName: { en: 'Knock a glass off a shelf', ru: 'Столкнуть стакан с полки' },
  clientId: 'client-1',
  clientName: 'Murka',
  workerId: 'worker-1',
  workerName: 'Vasya',
  task: 'The tall glass, please',
  place: 'Box 7',
  startsAt,
  kit: [{ itemCode: 'glass', quantity: 2 }],
};

let filesDir: string;
beforeAll(() => {
  filesDir = mkdtempSync(join(tmpdir(), 'mcf-signatures-'));
  process.env.FILES_DIR = filesDir;
});
afterAll(() => rmSync(filesDir, { recursive: true, force: true }));

const pcs = { en: 'pcs', ru: 'шт.' };

/** A shelf with 10 glasses (reorder point 9) and 100 forms. */
async function stockUp(ctx: Ctx): Promise<{ glass: string; form: string }> {
  const glass = await saveItem(ctx, {
    code: 'glass',
    name: { en: 'Glass', ru: 'Стакан' },
    unit: pcs,
    reorderPointCount: 9,
  });
  const form = await saveItem(ctx, {
    code: 'acceptance-form',
    name: { en: 'Acceptance form', ru: 'Акт' },
    unit: pcs,
    reorderPointCount: 10,
  });
  await correctCount(ctx, { itemId: glass, countedCount: 10, reason: 'first count' });
  await correctCount(ctx, { itemId: form, countedCount: 100, reason: 'first count' });
  return { glass, form };
}

async function openedJob(ctx: Ctx) {
  const shelf = await stockUp(ctx);
  await openJob(ctx, order);
  const staff = as(ctx, 'staff');
  const [{ id: jobId = '' } = {}] = await readBoard(staff);
  return { staff, jobId, ...shelf };
}

async function sign(staff: Ctx): Promise<string> {
  const bytes = await sharp({ create: { width: 72, height: 24, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  return (await storePhoto(staff, { uploadId: crypto.randomUUID(), kind: 'signature', bytes })).id;
}

async function tickAll(staff: Ctx, jobId: string) {
  for (const line of (await readJob(staff, jobId)).lines)
    await tickLine(staff, { jobId, lineId: line.id, isTicked: true });
}

async function issued(ctx: Ctx) {
  const opened = await openedJob(ctx);
  await tickAll(opened.staff, opened.jobId);
  await waiveCookie(opened.staff, { jobId: opened.jobId, reason: 'the baker is asleep' });
  await issueJob(opened.staff, { jobId: opened.jobId, signaturePhotoId: await sign(opened.staff) });
  return opened;
}

const onHand = async (ctx: Ctx, itemId: string) =>
  (await ctx.db.select().from(items).where(eq(items.id, itemId)))[0]!.onHandCount;

describe('opening a job [US-150]', () => {
  dbTest('tells the warehouse who needs what, by when, once per order', async ({ ctx }) => {
    const { staff, jobId } = await openedJob(ctx);
    await openJob(ctx, order);
    expect(await readBoard(staff)).toHaveLength(1);
    const job = await readJob(staff, jobId);
    expect(job).toMatchObject({
      workerName: 'Vasya',
      requestNumber: 'R-1',
      state: 'open',
      dueAt: new Date(startsAt.getTime() - 15 * 60_000),
      blockers: ['lines', 'cookie'],
      cookie: { state: 'planned', orderAt: new Date(startsAt.getTime() - 45 * 60_000) },
    });
    expect(job.lines.map(({ code, count }) => [code, count])).toEqual([
      ['glass', 2],
      ['acceptance-form', 1],
    ]);
    expect(await emitted(ctx, jobOpened)).toEqual([
      { jobId, orderId: 'order-1', dueAt: job.dueAt.toISOString() },
    ]);
  });

  dbTest('enters an item that nobody knew', async ({ ctx }) => {
    await openJob(ctx, { ...order, kit: [{ itemCode: 'feather', quantity: 1 }] });
    const stock = await readStock(as(ctx, 'staff'));
    expect(stock.find(({ code }) => code === 'feather')).toMatchObject({ onHandCount: 0, reservedCount: 1 });
  });

  dbTest('reserves its kit until it is issued', async ({ ctx }) => {
    const { staff, glass } = await openedJob(ctx);
    expect((await readItem(staff, glass)).item).toMatchObject({ onHandCount: 10, reservedCount: 2 });
  });

  dbTest('is for staff and managers to see, nobody else', async ({ ctx }) => {
    const { jobId } = await openedJob(ctx);
    for (const role of ['client', 'worker', 'billing'] as const) {
      await expect(readBoard(as(ctx, role))).rejects.toThrow('not_allowed');
      await expect(readJob(as(ctx, role), jobId)).rejects.toThrow('not_allowed');
      await expect(readStock(as(ctx, role))).rejects.toThrow('not_allowed');
    }
    await expect(readJob(as(ctx, 'staff'), 'nonsense')).rejects.toThrow('consumables.not_found');
  });

  dbTest('shows the kit to its worker and client, and to no other', async ({ ctx }) => {
    await openedJob(ctx);
    const me = (id: string, role: 'worker' | 'client') =>
      readKits(as(ctx, { kind: 'account', id, roles: [role] }), ['order-1']);
    expect((await me('worker-1', 'worker')).get('order-1')).toMatchObject({ state: 'assembling' });
    expect((await me('client-1', 'client')).size).toBe(1);
    expect((await me('worker-2', 'worker')).size).toBe(0);
  });
});

describe('the kit is a proposal [US-160]', () => {
  dbTest('staff tick, change, add and leave out', async ({ ctx }) => {
    const { staff, jobId } = await openedJob(ctx);
    const pen = await saveItem(ctx, {
      code: 'pen',
      name: { en: 'Pen', ru: 'Ручка' },
      unit: pcs,
      reorderPointCount: 0,
    });
    const [glassLine, formLine] = (await readJob(staff, jobId)).lines;
    await tickLine(staff, { jobId, lineId: formLine!.id, isTicked: true });
    await changeLine(staff, { jobId, lineId: glassLine!.id, count: 0 });
    await addLine(staff, { jobId, itemId: pen, count: 3 });
    await addLine(staff, { jobId, itemId: pen, count: 3 });
    const { lines } = await readJob(staff, jobId);
    expect(
      lines.map(({ code, count, isTicked, proposedCount }) => [code, count, isTicked, proposedCount]),
    ).toEqual([
      ['glass', 0, false, 2],
      ['acceptance-form', 1, true, 1],
      ['pen', 3, true, null],
    ]);
  });

  dbTest("somebody else's line is not found", async ({ ctx }) => {
    const { staff, jobId } = await openedJob(ctx);
    const lineId = crypto.randomUUID();
    await expect(tickLine(staff, { jobId, lineId, isTicked: true })).rejects.toThrow('consumables.not_found');
    await expect(changeLine(staff, { jobId, lineId, count: 1 })).rejects.toThrow('consumables.not_found');
    await expect(addLine(staff, { jobId, itemId: lineId, count: 1 })).rejects.toThrow(
      'consumables.not_found',
    );
    await expect(tickLine(as(ctx, 'worker'), { jobId, lineId, isTicked: true })).rejects.toThrow(
      'not_allowed',
    );
  });
});

describe('issuing [US-160]', () => {
  dbTest('takes the kit off the shelf, once, and lets the worker start', async ({ ctx }) => {
    const { staff, jobId, glass, form } = await issued(ctx);
    await issueJob(staff, { jobId, signaturePhotoId: await sign(staff) });
    expect([await onHand(ctx, glass), await onHand(ctx, form)]).toEqual([8, 99]);
    expect((await readItem(staff, glass)).item.reservedCount).toBe(0);
    expect(await emitted(ctx, jobIssued)).toEqual([{ jobId, orderId: 'order-1', workerId: 'worker-1' }]);
    expect((await readJob(staff, jobId)).state).toBe('issued');
  });

  dbTest(
    'shows the signature to staff, who have a screen for it, to the worker and to the client',
    async ({ ctx }) => {
      const { staff, jobId } = await issued(ctx);
      const { signaturePhotoId } = await readJob(staff, jobId);
      const may = (who: Parameters<typeof as>[1], photoId: string) => maySeeSignature(as(ctx, who), photoId);
      const of = (id: string, role: Role) => ({ kind: 'account' as const, id, roles: [role] });
      for (const who of [
        'staff',
        'manager',
        of(order.workerId, 'worker'),
        of(order.clientId, 'client'),
      ] as const)
        expect(await may(who, signaturePhotoId!)).toBe(true);
      for (const who of ['worker', 'client', 'billing'] as const)
        expect(await may(who, signaturePhotoId!)).toBe(false);
      const ofNoJob = await sign(staff);
      expect(await may('staff', ofNoJob)).toBe(false);
    },
  );

  dbTest('below the reorder point staff are told and a purchase proposed', async ({ ctx }) => {
    const { glass, staff } = await issued(ctx);
    expect(await emitted(ctx, stockLow)).toEqual([{ itemId: glass, onHandCount: 8 }]);
    expect((await readItem(staff, glass)).item).toMatchObject({
      isLow: true,
      purchase: { state: 'proposed', count: 10 },
    });
  });

  dbTest('is refused before everything is there, and leaves everything as it was', async ({ ctx }) => {
    const { staff, jobId, glass } = await openedJob(ctx);
    const signaturePhotoId = await sign(staff);
    await expect(issueJob(staff, { jobId, signaturePhotoId })).rejects.toThrow('consumables.lines_open');
    await tickAll(staff, jobId);
    await expect(issueJob(staff, { jobId, signaturePhotoId })).rejects.toThrow('consumables.cookie_waits');
    await waiveCookie(staff, { jobId, reason: 'no time' });
    await expect(issueJob(staff, { jobId, signaturePhotoId: crypto.randomUUID() })).rejects.toThrow(
      'photo.not_found',
    );
    await expect(
      issueJob(as(ctx, 'staff'), { jobId, signaturePhotoId: await sign(as(ctx, 'manager')) }),
    ).rejects.toThrow('photo.not_found');
    await changeLine(staff, { jobId, lineId: (await readJob(staff, jobId)).lines[0]!.id, count: 11 });
    await expect(issueJob(staff, { jobId, signaturePhotoId })).rejects.toThrow(
      'consumables.not_enough_on_hand',
    );
    expect(await onHand(ctx, glass)).toBe(10);
    expect(await emitted(ctx, jobIssued)).toEqual([]);
    await expect(issueJob(as(ctx, 'worker'), { jobId, signaturePhotoId })).rejects.toThrow('not_allowed');
  });

  test('by five taps at the same time is one', async () => {
    const database = await freshDatabase();
    try {
      const ctx = testCtx(database.db);
      const { staff, jobId, glass } = await openedJob(ctx);
      await tickAll(staff, jobId);
      await waiveCookie(staff, { jobId, reason: 'no time' });
      const signaturePhotoId = await sign(staff);
      await Promise.all(Array.from({ length: 5 }, () => issueJob(staff, { jobId, signaturePhotoId })));
      expect(await onHand(ctx, glass)).toBe(8);
      expect(await emitted(ctx, jobIssued)).toHaveLength(1);
    } finally {
      await database.close();
    }
  });
});

describe('an order that came to nothing', () => {
  const end = (ctx: Ctx) => closeJob(ctx, { orderId: 'order-1', reason: 'client cancelled' });

  dbTest('not yet issued: the job is dropped and its reservation released', async ({ ctx }) => {
    const { staff, jobId, glass } = await openedJob(ctx);
    await end(ctx);
    await end(ctx);
    expect(await readBoard(staff)).toEqual([]);
    expect((await readItem(staff, glass)).item).toMatchObject({ onHandCount: 10, reservedCount: 0 });
    expect(await emitted(ctx, jobDropped)).toEqual([{ jobId, orderId: 'order-1' }]);
    expect((await readJob(staff, jobId)).cookie.state).toBe('dropped');
    await expect(issueJob(staff, { jobId, signaturePhotoId: await sign(staff) })).rejects.toThrow(
      'consumables.job_closed',
    );
  });

  dbTest(
    'issued: it is expected back, line by line, and the rest written off with a reason',
    async ({ ctx }) => {
      const { staff, jobId, glass, form } = await issued(ctx);
      await expect(
        bookReturn(staff, { jobId, lines: [{ lineId: crypto.randomUUID(), returnedCount: 1 }] }),
      ).rejects.toThrow('consumables.no_return');
      await end(ctx);
      await end(ctx);
      expect(await emitted(ctx, returnExpected)).toEqual([{ jobId, orderId: 'order-1' }]);
      const [glassLine, formLine] = (await readJob(staff, jobId)).lines;
      const half = { lineId: glassLine!.id, returnedCount: 1 };
      await expect(bookReturn(staff, { jobId, lines: [half] })).rejects.toThrow(
        'consumables.write_off_reason',
      );
      await expect(
        bookReturn(staff, { jobId, lines: [{ ...half, returnedCount: 3 }], reason: 'x' }),
      ).rejects.toThrow('consumables.returned_too_many');
      await bookReturn(staff, { jobId, lines: [half], reason: 'one is broken' });
      await bookReturn(staff, { jobId, lines: [half], reason: 'one is broken' });
      expect((await readJob(staff, jobId)).state).toBe('returning');
      await bookReturn(staff, { jobId, lines: [half, { lineId: formLine!.id, returnedCount: 1 }] });
      expect((await readJob(staff, jobId)).state).toBe('returned');
      expect([await onHand(ctx, glass), await onHand(ctx, form)]).toEqual([9, 100]);
      expect(
        (await readItem(staff, glass)).movements.map(({ kind, deltaCount, why }) => [kind, deltaCount, why]),
      ).toEqual([
        ['written_off', 0, 'one is broken'],
        ['returned', 1, null],
        ['issued', -2, null],
        ['corrected', 10, 'first count'],
      ]);
    },
  );

  dbTest('without a job: nothing happens', async ({ ctx }) => {
    await end(ctx);
    expect(await ctx.db.select().from(jobs)).toEqual([]);
  });
});

describe('stock', () => {
  dbTest('a purchase is approved, received once, and then on the shelf', async ({ ctx }) => {
    const { staff, glass } = await issued(ctx);
    const { purchase } = (await readItem(staff, glass)).item;
    const receive = { purchaseId: purchase!.id, receivedCount: 12, lot: 'L-7' };
    await expect(receivePurchase(staff, receive)).rejects.toThrow('consumables.purchase_not_ordered');
    await decidePurchase(staff, { purchaseId: purchase!.id, isApproved: true });
    await decidePurchase(staff, { purchaseId: purchase!.id, isApproved: true });
    await expect(decidePurchase(staff, { purchaseId: purchase!.id, isApproved: false })).rejects.toThrow(
      'consumables.purchase_decided',
    );
    await receivePurchase(staff, receive);
    await receivePurchase(staff, receive);
    expect(await onHand(ctx, glass)).toBe(20);
    expect((await readItem(staff, glass)).movements[0]).toMatchObject({ kind: 'received', lot: 'L-7' });
    expect((await ctx.db.select().from(purchases))[0]!.state).toBe('received');
  });

  dbTest('the same count twice is one correction', async ({ ctx }) => {
    const { glass } = await stockUp(ctx);
    await correctCount(ctx, { itemId: glass, countedCount: 10, reason: 'counted again' });
    expect(await ctx.db.select().from(stockMovements).where(eq(stockMovements.itemId, glass))).toHaveLength(
      1,
    );
  });

  dbTest(
    'movements can be neither changed nor deleted, and nobody writes the count by hand',
    async ({ ctx }) => {
      const { glass } = await stockUp(ctx);
      for (const change of [
        `update consumables.items set on_hand_count = 999 where id = '${glass}'`,
        'update consumables.stock_movements set delta_count = 1',
        'delete from consumables.stock_movements',
        'truncate consumables.stock_movements',
        'delete from consumables.items',
      ]) {
        const attempt = ctx.db.transaction((db) => db.execute(sql.raw(change)));
        await expect(attempt.catch((error) => Promise.reject(pgErrorCode(error)))).rejects.toBe('42501');
      }
    },
  );

  test('on hand is the sum of movements and never negative, whatever happens', async () => {
    const database = await freshDatabase();
    try {
      const ctx = testCtx(database.db);
      const staff = as(ctx, 'staff');
      const { glass, form } = await stockUp(ctx);
      const signaturePhotoId = await sign(staff);
      let number = 0;
      const step = fc.oneof(
        fc.record({ kind: fc.constant('count' as const), to: fc.nat(12) }),
        fc.record({
          kind: fc.constant('job' as const),
          glasses: fc.integer({ min: 1, max: 6 }),
          end: fc.boolean(),
        }),
        fc.record({ kind: fc.constant('buy' as const), count: fc.integer({ min: 1, max: 9 }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
          for (const wanted of steps) {
            if (wanted.kind === 'count')
              await correctCount(staff, { itemId: glass, countedCount: wanted.to, reason: 'count' });
            if (wanted.kind === 'buy') {
              const { purchase } = (await readItem(staff, glass)).item;
              if (purchase) {
                await decidePurchase(staff, { purchaseId: purchase.id, isApproved: true });
                await receivePurchase(staff, { purchaseId: purchase.id, receivedCount: wanted.count });
              }
            }
            if (wanted.kind === 'job') {
              const orderId = `order-${++number}`;
              await openJob(ctx, {
                ...order,
                orderId,
                kit: [{ itemCode: 'glass', quantity: wanted.glasses }],
              });
              const [job] = await ctx.db.select().from(jobs).where(eq(jobs.orderId, orderId));
              const jobId = job!.id;
              await tickAll(staff, jobId);
              await waiveCookie(staff, { jobId, reason: 'no time' });
              const before = await onHand(ctx, glass);
              const done = await issueJob(staff, { jobId, signaturePhotoId }).then(
                () => true,
                () => false,
              );
              expect(done).toBe(wanted.glasses <= before);
              if (wanted.end) {
                await closeJob(ctx, { orderId, reason: 'cancelled' });
                const { state, lines } = await readJob(staff, jobId);
                if (state === 'returning')
                  await bookReturn(staff, {
                    jobId,
                    lines: lines.map(({ id, count }) => ({
                      lineId: id,
                      returnedCount: Math.floor(count / 2),
                    })),
                    reason: 'broken',
                  });
              }
            }
          }
          for (const itemId of [glass, form]) {
            const [sum] = await ctx.db
              .select({ of: sql<number>`sum(${stockMovements.deltaCount})::int` })
              .from(stockMovements)
              .where(eq(stockMovements.itemId, itemId));
            const count = await onHand(ctx, itemId);
            expect(count).toBe(sum!.of);
            expect(count).toBeGreaterThanOrEqual(0);
          }
        }),
        { numRuns: 15 },
      );
    } finally {
      await database.close();
    }
  });
});

describe('the cookie [US-170]', () => {
  type Asked = { method: string; key: string; body: Record<string, unknown> };
  const asked: Asked[] = [];
  let answer: (asked: Asked) => { status: number; body: unknown } | 'hang up';
  const server = createServer((request, response) => {
    let raw = '';
    request.on('data', (part) => {
      raw += part;
    });
    request.on('end', () => {
      const call = {
        method: request.method!,
        key: String(request.headers['idempotency-key']),
        body: JSON.parse(raw || '{}'),
      };
      asked.push(call);
      const given = answer(call);
      if (given === 'hang up') return request.socket.destroy();
      response.writeHead(given.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(given.body));
    });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.PARTNER_COOKIES_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.PARTNER_COOKIES_SECRET = 'crumbs';
  });
  afterAll(() => server.close());

  const eta = new Date(testNow.getTime() + 10 * 60_000);
  const said = { en: 'A shelf awaits you.', ru: 'Вас ждёт полка.' };
  const later = (ctx: Ctx, minutes: number) => at(ctx, new Date(testNow.getTime() + minutes * 60_000));
  const pending = { status: 200, body: { id: 'c1', status: 'pending', etaAt: eta.toISOString() } };
  const ready = { status: 200, body: { id: 'c1', status: 'succeeded', prediction: said } };
  const ask = (ctx: Ctx) => askForCookie(ctx, { orderId: 'order-1' });
  const cookie = async (ctx: Ctx) => (await ctx.db.select().from(cookies))[0]!;

  dbTest("is ordered with the client's details, and arrives with a prediction", async ({ ctx }) => {
    await openedJob(ctx);
    asked.length = 0;
    answer = () => pending;
    expect(await ask(ctx)).toEqual({ state: 'ordered', isUnknown: false });
    expect(asked).toEqual([
      {
        method: 'POST',
        key: 'cookie:order-1',
        body: { reference: 'R-1', clientName: 'Murka', clientNote: 'The tall glass, please' },
      },
    ]);
    expect(await cookie(ctx)).toMatchObject({
      state: 'ordered',
      etaAt: eta,
      nextAskAt: eta,
      contractorId: 'c1',
    });
    answer = () => ready;
    await ask(ctx);
    await ask(ctx);
    expect(asked.slice(1).map(({ method }) => method)).toEqual(['GET']);
    expect(await cookie(ctx)).toMatchObject({
      state: 'arrived',
      prediction: said,
      nextAskAt: null,
    });
    expect(await emitted(ctx, cookieArrived)).toHaveLength(1);
  });

  dbTest('without an answer is asked for again under the same key, never guessed', async ({ ctx }) => {
    await openedJob(ctx);
    asked.length = 0;
    answer = () => 'hang up';
    expect(await ask(ctx)).toEqual({ state: 'ordered', isUnknown: true });
    expect(await cookie(ctx)).toMatchObject({ state: 'ordered', trouble: 'no_answer' });
    expect(await listCookiesToAsk(later(ctx, 1))).toEqual(['order-1']);
    // The first call never got through: they have not heard of it.
    answer = ({ method }) => (method === 'GET' ? { status: 404, body: {} } : pending);
    expect(await ask(later(ctx, 1))).toEqual({ state: 'ordered', isUnknown: false });
    expect(asked.map(({ method, key }) => `${method} ${key}`)).toEqual([
      'POST cookie:order-1',
      'GET cookie:order-1',
      'POST cookie:order-1',
    ]);
    expect((await cookie(ctx)).trouble).toBeNull();
  });

  dbTest('that is late is told once, and goes on being asked for', async ({ ctx }) => {
    await openedJob(ctx);
    answer = () => pending;
    await ask(ctx);
    expect(await listCookiesToAsk(later(ctx, 9))).toEqual([]);
    expect(await listCookiesToAsk(later(ctx, 10))).toEqual(['order-1']);
    await ask(later(ctx, 11));
    await ask(later(ctx, 12));
    expect(await emitted(ctx, cookieLate)).toHaveLength(1);
    expect((await readBoard(as(ctx, 'staff')))[0]!.cookie.isLate).toBe(true);
    answer = () => ready;
    expect((await ask(later(ctx, 13))).state).toBe('arrived');
  });

  dbTest('that the contractor refuses is ordered anew under the next key, three times', async ({ ctx }) => {
    await openedJob(ctx);
    asked.length = 0;
    answer = () => ({ status: 422, body: {} });
    for (let minute = 0; minute < 5; minute++) await ask(later(ctx, minute));
    expect(new Set(asked.map(({ key }) => key))).toEqual(
      new Set(['cookie:order-1', 'cookie:order-1:2', 'cookie:order-1:3']),
    );
    expect(await cookie(ctx)).toMatchObject({ attempt: 3, trouble: 'refused', nextAskAt: null });
  });

  dbTest('may be waived by staff with a reason; news that comes later changes nothing', async ({ ctx }) => {
    const { staff, jobId } = await openedJob(ctx);
    answer = () => pending;
    await ask(ctx);
    await expect(waiveCookie(staff, { jobId, reason: ' ' })).rejects.toThrow('invalid');
    await waiveCookie(staff, { jobId, reason: 'the baker is asleep' });
    answer = () => ready;
    expect(await ask(ctx)).toEqual({ state: 'waived', isUnknown: false });
    expect(await emitted(ctx, cookieArrived)).toEqual([]);
    expect(await cookie(ctx)).toMatchObject({ state: 'waived', waivedWhy: 'the baker is asleep' });
  });

  dbTest('whose order never went out is found by the chase', async ({ ctx }) => {
    await openedJob(ctx);
    expect(await listCookiesToAsk(later(ctx, 15))).toEqual([]);
    expect(await listCookiesToAsk(later(ctx, 18))).toEqual(['order-1']);
  });
});
