import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bonusProposals,
  discrepancies,
  invoices,
  items,
  payoutAccounts,
  statements,
} from '#db/schema/billing.ts';
import type { Actor, Ctx } from '#lib/kernel/ctx.ts';
import { as, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import {
  listBonusProposals,
  listDiscrepancies,
  myAccount,
  myFailedInvoices,
  myInvoices,
  myMoney,
  payableWorkers,
} from './index.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let ctx: Ctx;
beforeAll(async () => {
  database = await freshDatabase();
  ctx = testCtx(database.db);
});
afterAll(() => database.close());

const [clientId, workerId] = [randomUUID(), randomUUID()];
const client = (): Ctx => as(ctx, { kind: 'account', id: clientId, roles: ['client'] } satisfies Actor);
const worker = (): Ctx => as(ctx, { kind: 'account', id: workerId, roles: ['worker'] } satisfies Actor);
const at = (position: number) => new Date(Date.UTC(2026, 0, 1) + position * 60_000);
const many = <T>(n: number, one: (position: number) => T) => Array.from({ length: n }, (_, i) => one(i));
const item = (
  purpose: 'invoice' | 'statement',
  partyId: string,
  kind: string,
  cents: bigint,
  position: number,
) => ({
  transactionId: randomUUID(),
  purpose,
  partyId,
  kind,
  orderId: null,
  details: {},
  amountCents: cents,
  occurredAt: at(position),
});
const claim = (position: number) => ({
  id: randomUUID(),
  fromAt: at(position),
  toAt: at(position + 1),
  amountCents: 1_000n,
  issuedAt: at(position + 1),
});

test('what is due is the sum of all lines, however many there are; the newest are listed [US-250]', async () => {
  await ctx.db.insert(items).values(many(700, (i) => item('invoice', clientId, 'order_charged', 101n, i)));
  const account = await myAccount(client());
  expect(account).toMatchObject({ dueCents: 70_700n, itemsCount: 700 });
  expect(account.items).toHaveLength(500);
  expect(account.items[0]!.occurredAt).toEqual(at(699));
});

test('a month is the sum of all its lines by kind, and of every negative month before it [US-230][US-250]', async () => {
  await ctx.db
    .insert(items)
    .values([
      ...many(600, (i) => item('statement', workerId, 'worker_earned', 6_000n, i)),
      ...many(3, (i) => item('statement', workerId, 'worker_fined', -4_000n, 700 + i)),
      item('statement', workerId, 'penalty_waived', 4_000n, 710),
      item('statement', workerId, 'bonus_given', 500n, 711),
    ]);
  const first = { ...claim(0), amountCents: -1_200n };
  await ctx.db.insert(statements).values([
    { ...first, workerId, period: '1990-01', carriedCents: 0n, state: 'carried_over' },
    // An earlier one that a later one has carried on already counts no more.
    {
      ...claim(-2),
      amountCents: -700n,
      workerId,
      period: '1989-12',
      carriedCents: 0n,
      state: 'carried_over',
    },
  ]);
  const [carried] = await ctx.db.select().from(statements).where(sql`${statements.period} = '1989-12'`);
  await ctx.db.insert(statements).values([
    {
      ...claim(5),
      workerId,
      period: '1990-02',
      carriedCents: -700n,
      carriedFromId: carried!.id,
      state: 'failed',
    },
    ...many(40, (i) => ({
      ...claim(10 + i),
      workerId,
      period: `${2000 + i}-01`,
      carriedCents: 0n,
      state: 'paid' as const,
    })),
  ]);
  const money = await myMoney(worker());
  expect(money).toMatchObject({
    earnedCents: 3_600_000n,
    finedCents: -8_000n,
    bonusCents: 500n,
    carriedCents: -1_200n,
    expectedCents: 3_600_000n - 8_000n + 500n - 1_200n,
    itemsCount: 605,
    statementsCount: 43,
  });
  // The one whose payout came back is told of, on whichever page it stands.
  expect(money.statements.map(({ period }) => period)).not.toContain('1990-02');
  expect(money.failedStatements.map(({ period }) => period)).toEqual(['1990-02']);
  const last = await myMoney(worker(), { limit: 12, offset: 36 });
  expect(last.statements.map(({ period }) => period)).toEqual([
    '2003-01',
    '2002-01',
    '2001-01',
    '2000-01',
    '1990-02',
    '1990-01',
    '1989-12',
  ]);
});

test('a client is told of an unpaid invoice that is on no first page any more [US-260]', async () => {
  await ctx.db.insert(invoices).values(
    many(12, (i) => ({
      ...claim(i),
      clientId,
      number: i + 1,
      period: `week ${i}`,
      state: i === 0 ? ('failed' as const) : ('paid' as const),
    })),
  );
  const { rows } = await myInvoices(client(), { limit: 10 });
  expect(rows.map(({ state }) => state)).not.toContain('failed');
  expect((await myFailedInvoices(client())).map(({ number }) => number)).toEqual([1]);
  expect(await myFailedInvoices(as(ctx, { kind: 'account', id: randomUUID(), roles: ['client'] }))).toEqual(
    [],
  );
});

test('every worker who can be paid is found for a bonus, by page or by name [US-270]', async () => {
  await ctx.db.insert(payoutAccounts).values(
    many(1_100, (i) => ({
      workerId: randomUUID(),
      name: i === 1_099 ? 'Яша 100%' : `Cat ${String(i).padStart(4, '0')}`,
      account: i === 0 ? null : `GH-0000-${1000 + i}`,
      createdAt: at(i),
    })),
  );
  const manager = as(ctx, 'manager');
  const seen = new Set<string>();
  for (let offset = 0; offset < 1_200; offset += 100) {
    const { rows, total } = await payableWorkers(manager, { limit: 100, offset });
    expect(total).toBe(1_100);
    for (const row of rows) seen.add(row.workerId);
  }
  expect(seen.size).toBe(1_100);
  const { rows, total } = await payableWorkers(manager, { search: ' яша 100% ' });
  expect([total, rows[0]!.name]).toEqual([1, 'Яша 100%']);
  // What they type is no pattern, and an account is never shown whole.
  expect((await payableWorkers(manager, { search: 'cat%9' })).total).toBe(0);
  expect(rows[0]!.account).not.toContain('0000');
  await expect(payableWorkers(worker())).rejects.toMatchObject({ code: 'not_allowed' });
});

test('lists of what waits go on behind their first page, each row once', async () => {
  const manager = as(ctx, 'manager');
  await ctx.db.insert(discrepancies).values(
    many(230, (i) => ({
      key: `charge:${i}:1`,
      purpose: 'charge' as const,
      day: '2026-01-01',
      kind: 'ours_only' as const,
      foundAt: at(Math.floor(i / 100)),
    })),
  );
  await ctx.db.insert(bonusProposals).values(
    many(130, (i) => ({
      id: randomUUID(),
      workerId,
      amountCents: 1n,
      reason: 'Why not',
      proposedById: 'first',
      proposedAt: at(Math.floor(i / 100)),
      ...(i < 60 && { decision: 'declined' as const, decidedById: 'second', decidedAt: at(0) }),
    })),
  );
  const pages = async <T>(list: (offset: number) => Promise<{ rows: T[]; total: number }>) => {
    const rows: T[] = [];
    for (let offset = 0; offset < 300; offset += 50) rows.push(...(await list(offset)).rows);
    return { rows, total: (await list(0)).total };
  };
  const differing = await pages((offset) => listDiscrepancies(manager, { limit: 50, offset }));
  expect([new Set(differing.rows.map(({ key }) => key)).size, differing.total]).toEqual([230, 230]);
  for (const [decided, count] of [
    [false, 70],
    [true, 60],
  ] as const) {
    const { rows, total } = await pages((offset) =>
      listBonusProposals(manager, { decided, limit: 50, offset }),
    );
    expect([new Set(rows.map(({ id }) => id)).size, total]).toEqual([count, count]);
  }
});
