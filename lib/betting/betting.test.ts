import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outbox } from '#db/schema/kernel.ts';
import { createServiceType } from '#lib/catalog/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { account, as, at, dbTest, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import { accountId, balanceOf, trialBalance } from '#lib/ledger/index.ts';
import { placeOrder } from '#lib/ordering/index.ts';
import { inCircle } from './in-circle.ts';
import {
  addMember,
  circle,
  closePool,
  isMember,
  placeStake,
  poolList,
  recordTransfer,
  settlePool,
} from './index.ts';

const service = {
  requestKey: 'a-service-for-bets',
  name: { en: 'Push a pen', ru: 'Скинуть ручку' },
  description: { en: 'Off a desk.', ru: 'Со стола.' },
  durationMinutes: 20,
  skills: ['precision'],
  kit: [],
};

let clicks = 0;
const requestKey = () => `click-number-${++clicks}`;
const manager = (ctx: Ctx) => as(ctx, account('manager'));

async function placedOrder(ctx: Ctx): Promise<string> {
  const { serviceTypeId } = await createServiceType(manager(ctx), { ...service, requestKey: requestKey() });
  const placed = await placeOrder(as(ctx, account('client')), {
    requestKey: requestKey(),
    serviceTypeId,
    what: 'The red one.',
    place: 'Desk 4',
    contact: 'Murka',
    startsAt: new Date(ctx.now.getTime() + 3 * 3_600_000).toISOString(),
  });
  return placed.orderId;
}

/** A circle of members, each with a ctx of their own. */
async function founded(ctx: Ctx, ...names: string[]): Promise<Ctx[]> {
  const members = names.map(() => manager(ctx));
  for (const [i, member] of members.entries())
    await addMember(ctx, { accountId: member.actor.id, name: names[i]! });
  return members;
}

describe('the circle [US-280]', () => {
  dbTest('is not there for anybody else: "not found", never "forbidden"', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    await founded(ctx, 'Tosha');
    for (const outsider of [manager(ctx), as(ctx, 'client'), as(ctx, 'worker'), as(ctx, 'billing')]) {
      expect(await isMember(outsider)).toBe(false);
      const stake = { requestKey: requestKey(), orderId, ending: 'failed' as const, amountCents: 100n };
      await expect(placeStake(outsider, stake)).rejects.toMatchObject({ code: 'not_found' });
      await expect(circle(outsider)).rejects.toMatchObject({ code: 'not_found' });
      await expect(poolList(outsider, { settled: false })).rejects.toMatchObject({ code: 'not_found' });
      await expect(addMember(outsider, { accountId: outsider.actor.id, name: 'Me' })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(addMember(outsider, {} as never)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  dbTest('has at most 15 members', async ({ ctx }) => {
    await founded(ctx, ...Array.from({ length: 15 }, (_, i) => `Member ${i}`));
    await expect(founded(ctx, 'One more')).rejects.toMatchObject({ code: 'betting.full' });
  });

  dbTest('cannot be looked into by the application’s own role', async ({ ctx }) => {
    for (const query of ['select * from betting.stakes', 'insert into betting.trail values (null)']) {
      const look = ctx.db.transaction((db) => db.execute(sql.raw(query)));
      await expect(look.catch((error) => Promise.reject(pgErrorCode(error)))).rejects.toBe('42501');
    }
  });

  dbTest('leaves no trace in the outbox or the audit trail', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    const before = await ctx.db.$count(outbox);
    const [tosha] = await founded(ctx, 'Tosha');
    await placeStake(tosha!, { requestKey: requestKey(), orderId, ending: 'failed', amountCents: 100n });
    await settlePool(ctx, { orderId, ending: 'failed', endedAt: ctx.now, endedByAccountId: null });
    expect(await ctx.db.$count(outbox)).toBe(before);
    const rows = await ctx.db.execute(sql`select 1 from kernel.audit where verb ~* 'stake|pool|member|bet'`);
    expect(rows).toHaveLength(0);
  });
});

describe('a pool', () => {
  dbTest('goes to those who were right, once, to the last minor unit [US-290]', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    const [a, b, c] = (await founded(ctx, 'A', 'B', 'C')) as [Ctx, Ctx, Ctx];
    const stake = (who: Ctx, ending: 'completed' | 'failed', amountCents: bigint) =>
      placeStake(who, { requestKey: requestKey(), orderId, ending, amountCents });
    await stake(a, 'completed', 1_000n);
    await stake(b, 'completed', 2_000n);
    await stake(c, 'failed', 1_000n);
    const end = { orderId, ending: 'completed' as const, endedAt: ctx.now, endedByAccountId: null };
    expect(await settlePool(ctx, end)).toEqual({ settled: true });
    expect(await settlePool(ctx, end)).toEqual({ settled: false });
    const { members, potCents, transfers } = await circle(a);
    expect(members.map(({ name, balanceCents }) => [name, balanceCents])).toEqual([
      ['A', 333n],
      ['B', 667n],
      ['C', -1_000n],
    ]);
    expect(potCents).toBe(0n);
    expect(transfers).toHaveLength(2);
    expect(await poolList(b, { settled: true })).toMatchObject([
      {
        ending: 'completed',
        ownResultCents: 667n,
        results: [
          { name: 'B', amountCents: 667n },
          { name: 'A', amountCents: 333n },
          { name: 'C', amountCents: -1_000n },
        ],
      },
    ]);
    expect(await poolList(b, { settled: false, orderIds: [orderId] })).toEqual([]);
  });

  dbTest('takes one stake per click, and none after the worker has started', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    const [a] = (await founded(ctx, 'A')) as [Ctx];
    const click = { requestKey: requestKey(), orderId, ending: 'failed' as const, amountCents: 500n };
    const first = await placeStake(a, click);
    expect(await placeStake(a, click)).toEqual(first);
    expect(await poolList(a, { settled: false })).toMatchObject([{ totalCents: 500n, closed: false }]);
    expect(await poolList(a, { settled: false, closed: true })).toEqual([]);
    await closePool(ctx, { orderId, at: ctx.now });
    await closePool(ctx, { orderId, at: ctx.now });
    expect(await poolList(a, { settled: false, closed: true })).toMatchObject([{ orderId, closed: true }]);
    const late = { ...click, requestKey: requestKey() };
    await expect(placeStake(a, late)).rejects.toMatchObject({ code: 'betting.closed' });
  });

  dbTest('returns a stake that slipped in after the start', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    const [a, b, c] = (await founded(ctx, 'A', 'B', 'C')) as [Ctx, Ctx, Ctx];
    const stake = (who: Ctx, ending: 'completed' | 'failed') =>
      placeStake(who, { requestKey: requestKey(), orderId, ending, amountCents: 500n });
    await stake(a, 'failed');
    await stake(b, 'completed');
    await stake(at(c, new Date(ctx.now.getTime() + 60_000)), 'completed');
    await closePool(ctx, { orderId, at: new Date(ctx.now.getTime() + 30_000) });
    const endedAt = new Date(ctx.now.getTime() + 120_000);
    await settlePool(ctx, { orderId, ending: 'completed', endedAt, endedByAccountId: null });
    expect((await circle(a)).members.map(({ balanceCents }) => balanceCents)).toEqual([-500n, 500n, 0n]);
  });

  dbTest('is paid out by the proposed transfers, each noted once [US-281]', async ({ ctx }) => {
    const orderId = await placedOrder(ctx);
    const [a, b] = (await founded(ctx, 'A', 'B')) as [Ctx, Ctx];
    for (const [who, ending] of [
      [a, 'completed'],
      [b, 'failed'],
    ] as const)
      await placeStake(who, { requestKey: requestKey(), orderId, ending, amountCents: 700n });
    await settlePool(ctx, { orderId, ending: 'completed', endedAt: ctx.now, endedByAccountId: null });
    const [proposed] = (await circle(a)).transfers;
    expect(proposed).toEqual({ from: b.actor.id, to: a.actor.id, amountCents: 700n });
    const transfer = {
      requestKey: requestKey(),
      fromMemberId: b.actor.id,
      toParty: a.actor.id,
      amountCents: 700n,
    };
    await expect(
      recordTransfer(a, { ...transfer, amountCents: 699n, requestKey: requestKey() }),
    ).rejects.toMatchObject({
      code: 'betting.not_proposed',
    });
    await recordTransfer(a, transfer);
    await recordTransfer(a, transfer);
    expect((await circle(a)).transfers).toEqual([]);
  });
});

describe('at the same time', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.close());

  test('the same click in two requests is one stake, and two settlements divide once', async () => {
    const ctx = testCtx(database.db);
    const orderId = await placedOrder(ctx);
    const [a, b] = (await founded(ctx, 'A', 'B')) as [Ctx, Ctx];
    const click = { requestKey: requestKey(), orderId, ending: 'completed' as const, amountCents: 300n };
    const [one, two] = await Promise.all([placeStake(a, click), placeStake(a, click)]);
    expect(one).toEqual(two);
    await placeStake(b, { ...click, requestKey: requestKey(), ending: 'failed' });
    const end = { orderId, ending: 'completed' as const, endedAt: ctx.now, endedByAccountId: null };
    const settled = await Promise.all([settlePool(ctx, end), settlePool(ctx, end), settlePool(ctx, end)]);
    expect(settled.filter((result) => result.settled)).toHaveLength(1);
    expect((await circle(a)).members.map(({ balanceCents }) => balanceCents)).toEqual([300n, -300n]);
  });

  test('payer and receiver both say that it was paid, and it was paid once [US-281]', async () => {
    const ctx = testCtx(database.db);
    const orderId = await placedOrder(ctx);
    const [a, b] = (await founded(ctx, 'Payee', 'Payer')) as [Ctx, Ctx];
    for (const [who, ending] of [
      [a, 'completed'],
      [b, 'failed'],
    ] as const)
      await placeStake(who, { requestKey: requestKey(), orderId, ending, amountCents: 900n });
    await settlePool(ctx, { orderId, ending: 'completed', endedAt: ctx.now, endedByAccountId: null });
    const proposed = (await circle(a)).transfers.find(({ from }) => from === b.actor.id)!;
    const { from: fromMemberId, to: toParty, amountCents } = proposed;
    const said = await Promise.allSettled(
      [a, b, a, b].map((who) =>
        recordTransfer(who, { requestKey: requestKey(), fromMemberId, toParty, amountCents }),
      ),
    );
    expect(said.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const balances = (await circle(a)).members.map(({ balanceCents }) => balanceCents);
    expect(balances.reduce((sum, each) => sum + each, 0n)).toBe(0n);
  });
});

dbTest('the book of bets says what the circle’s balances say, and its pools are empty', async ({ ctx }) => {
  const [tosha, vasya, murka] = (await founded(ctx, 'Tosha', 'Vasya', 'Murka')) as [Ctx, Ctx, Ctx];
  const ends = [
    ['completed', null],
    ['cancelled', null],
    ['failed', vasya.actor.id],
  ] as const;
  for (const [ending, endedByAccountId] of ends) {
    const orderId = await placedOrder(ctx);
    for (const [member, on, amountCents] of [
      [tosha, 'completed', 333n],
      [vasya, 'failed', 200n],
      [murka, 'completed', 101n],
    ] as const)
      await placeStake(member, { requestKey: requestKey(), orderId, ending: on, amountCents });
    const settled = { orderId, ending, endedAt: ctx.now, endedByAccountId };
    await settlePool(ctx, settled);
    await settlePool(ctx, settled);
  }
  const { members, potCents, transfers } = await circle(tosha);
  const read = () =>
    inCircle(ctx, async (tx) => {
      const at = async (id: string) => -(await balanceOf(tx, id));
      const balances = members.map(({ memberId }) => at(accountId('betting', 'balance', memberId)));
      const pot = await at(accountId('betting', 'developers_pot'));
      const rows = await trialBalance(tx, 'betting');
      return { members: await Promise.all(balances), pot, pools: rows.find(({ kind }) => kind === 'pool') };
    });
  expect(await read()).toMatchObject({
    members: members.map(({ balanceCents }) => balanceCents),
    pot: potCents,
    pools: { balanceCents: 0n },
  });
  const [transfer] = transfers;
  const payer = [tosha, vasya, murka].find(({ actor }) => actor.id === transfer!.from)!;
  await recordTransfer(payer, {
    requestKey: requestKey(),
    fromMemberId: transfer!.from,
    toParty: transfer!.to,
    amountCents: transfer!.amountCents,
  });
  const after = await circle(tosha);
  expect((await read()).members).toEqual(after.members.map(({ balanceCents }) => balanceCents));
});
