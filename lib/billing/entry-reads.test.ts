import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payoutAccounts } from '#db/schema/billing.ts';
import { seals } from '#db/schema/ledger.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { uuidv7 } from '#lib/kernel/ctx.ts';
import { folderStore } from '#lib/kernel/file-store.ts';
import { changeSetting } from '#lib/kernel/settings.ts';
import { as, at, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import {
  type Entry,
  eachEntry,
  eachMovement,
  postings,
  postTransaction,
  sealBook,
  trialBalance,
} from '#lib/ledger/index.ts';
import {
  type EntriesQuery,
  exportEntries,
  exportInvoices,
  exportMyMovements,
  exportMyPayMovements,
  exportReceivables,
  exportRefunds,
  exportStatements,
  figureAccounts,
  giveBonus,
  myMovements,
  myPayMovements,
  postEndedOrder,
  readEntries,
  receivables,
  trialBalanceAt,
  weeklyFigures,
} from './index.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let ctx: Ctx;
let manager: Ctx;
const [anna, boris, tosha, vasya] = Array.from({ length: 4 }, () => randomUUID());
const orders: Record<string, string> = {};
const bonusId = randomUUID();

async function end(
  name: string,
  endedAt: string,
  {
    clientId = anna!,
    workerId = vasya!,
    cost = 10_000n,
    price = undefined as bigint | undefined,
    outcome = 'completed',
  } = {},
) {
  orders[name] = randomUUID();
  await postEndedOrder(ctx, {
    orderId: orders[name],
    clientId,
    workerId,
    outcome: outcome as 'completed',
    cause: null,
    requestNumber: `R-${name}`,
    serviceName: { en: 'Glass', ru: 'Стакан' },
    costCents: cost,
    priceCents: price ?? cost,
    endedAt: new Date(endedAt),
  });
}

beforeAll(async () => {
  database = await freshDatabase();
  ctx = { ...testCtx(database.db), actor: { kind: 'system', id: 'test' }, newId: () => uuidv7(new Date()) };
  manager = as(ctx, 'manager');
  await changeSetting(manager, 'time_zone', 'Europe/Berlin');
  await ctx.db.insert(payoutAccounts).values({ workerId: vasya!, name: 'Vasya', createdAt: ctx.now });
  // The week from Sunday, 3 May 2026, 18:00 to the 10th in Berlin, and an instant on either side of it.
  await end('before', '2026-05-03T15:59:59.999Z', { cost: 999n });
  await end('first', '2026-05-03T16:00:00.000Z', { cost: 20_000n, price: 19_000n });
  await end('second', '2026-05-05T22:30:00Z', { clientId: boris, workerId: tosha });
  await end('failed', '2026-05-06T09:00:00Z', { outcome: 'failed', cost: 5_000n });
  await giveBonus(at(manager, '2026-05-07T10:00:00Z'), {
    bonusId,
    workerId: vasya,
    amount: '12.34',
    reason: 'A clean shelf',
  });
  await end('last', '2026-05-10T15:59:59.999Z', { cost: 70n });
  await end('after', '2026-05-10T16:00:00.000Z', { cost: 777n });
  // A secret book, with a pool about one of these orders.
  await transaction(
    ctx,
    (tx) =>
      postTransaction(
        tx,
        postings.stake_placed({
          stakeId: randomUUID(),
          orderId: orders.first!,
          memberId: randomUUID(),
          amountCents: 500n,
          occurredAt: new Date('2026-05-05T10:00:00Z'),
        }),
      ),
    { role: 'mcf_betting' },
  );
});
afterAll(() => database.close());

async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}
const left = async (query: EntriesQuery) => {
  const { turnover } = await readEntries(manager, query);
  return turnover!.debitCents - turnover!.creditCents;
};
const sumOn = (entries: readonly Entry[], accounts: readonly string[]) =>
  entries
    .flatMap(({ lines }) => lines)
    .filter(({ account }) => accounts.some((id) => account === id || account.startsWith(`${id}:`)))
    .reduce((sum, { amountCents }) => sum + amountCents, 0n);

describe('a figure opens its entries, and they come to it', () => {
  test('revenue and cost of each week', async () => {
    const weeks = await weeklyFigures(at(manager, '2026-05-12T00:00:00Z'), { weeksCount: 4 });
    // 20,000 less a discount of 1,000, 10,000, 5,000 and 70; 12,000 and 6,000 and 42 earned, a fine of 4,000, a bonus of 1,234.
    expect(weeks[1]).toMatchObject({ period: '2026-05-10', revenueCents: 34_070n, costCents: 15_276n });
    for (const { from, to, revenueCents, costCents } of weeks) {
      const period = { from: from.toISOString(), to: to.toISOString() };
      const revenue = { accounts: figureAccounts.revenue, ...period };
      const cost = { accounts: figureAccounts.cost, ...period };
      expect([-(await left(revenue)), await left(cost)]).toEqual([revenueCents, costCents]);
      for (const query of [revenue, cost]) {
        const { entries } = await readEntries(manager, query, { limit: 500 });
        expect(sumOn(entries, query.accounts)).toBe(await left(query));
        expect(await collect(exportEntries(manager, query))).toEqual(entries.reverse());
      }
    }
  });

  test('each balance of the trial balance, of a kind and of each of its accounts', async () => {
    for (const book of ['clients', 'people'] as const)
      for (const { kind, debitCents, creditCents, balanceCents } of await trialBalance(ctx, book)) {
        const query = { accounts: [`${book}:${kind}`] };
        const { turnover, balances, entries } = await readEntries(manager, query, { limit: 500 });
        expect(turnover).toEqual({ debitCents, creditCents });
        expect(sumOn(entries, query.accounts)).toBe(balanceCents);
        const isOfParties = kind === 'receivable' || kind === 'payable';
        expect(balances.length > 0).toBe(isOfParties);
        if (isOfParties) expect(balances.reduce((sum, row) => sum + row.balanceCents, 0n)).toBe(balanceCents);
        for (const row of balances) expect(await left({ accounts: [row.account] })).toBe(row.balanceCents);
        // The same when a period, as long as it may be, takes another way through the books.
        expect(await left({ ...query, from: '2000-01-01', to: '2099-12-31' })).toBe(balanceCents);
      }
  });

  test('the line of a document, and a bonus', async () => {
    const { rows } = await myMovements({ ...ctx, actor: { kind: 'account', id: anna!, roles: ['client'] } });
    const account = `clients:receivable:${anna}`;
    for (const { transactionId, amountCents } of rows)
      expect(await left({ accounts: [account], entry: transactionId })).toBe(amountCents);
    const { entries } = await readEntries(manager, { subject: bonusId });
    expect(entries.map(({ kind }) => kind)).toEqual(['bonus_given']);
    expect(await left({ accounts: ['people:bonuses'], entry: entries[0]!.id })).toBe(1_234n);
  });
});

test('an entry that touches two of the accounts asked for is one entry', async () => {
  const query = { accounts: [`clients:receivable:${boris}`, 'clients:revenue'], to: '2026-05-31' };
  const { entries, turnover } = await readEntries(manager, query);
  const about = entries.filter(({ subject }) => subject === orders.second);
  expect(about.map(({ kind }) => kind)).toEqual(['order_charged']);
  expect(sumOn(entries, query.accounts)).toBe(turnover!.debitCents - turnover!.creditCents);
  expect(await collect(exportEntries(manager, query))).toEqual(entries.reverse());
});

test('a trial balance of a past day is what had happened by its end, and its rows open just that', async () => {
  const { clients, people } = await trialBalanceAt(manager, '2026-05-05');
  const shown = (rows: typeof clients) =>
    rows.filter(({ balanceCents }) => balanceCents !== 0n).map((row) => [row.kind, row.balanceCents]);
  expect(shown(clients)).toEqual([
    ['discounts', 1_000n],
    ['receivable', 19_999n],
    ['revenue', -20_999n],
  ]);
  expect(shown(people)).toEqual([
    ['earnings', 12_599n],
    ['payable', -12_599n],
  ]);
  for (const [book, rows] of Object.entries({ clients, people }))
    for (const { kind, debitCents, creditCents } of rows) {
      const { turnover } = await readEntries(manager, { accounts: [`${book}:${kind}`], to: '2026-05-05' });
      expect([kind, turnover]).toEqual([kind, { debitCents, creditCents }]);
    }
  // Sealed entries are read from what was kept at the seal, the others one by one.
  const folder = mkdtempSync(join(tmpdir(), 'mcf-seals-'));
  await sealBook(ctx, { book: 'clients', store: folderStore(folder) });
  rmSync(folder, { recursive: true });
  expect(await ctx.db.$count(seals)).toBeGreaterThan(0);
  expect((await trialBalanceAt(manager, '2026-05-05')).clients).toEqual(clients);
  expect((await trialBalanceAt(manager, '2099-12-31')).clients).toEqual(await trialBalance(ctx, 'clients'));
  await expect(trialBalanceAt(as(ctx, 'client'), '2026-05-05')).rejects.toMatchObject({
    code: 'not_allowed',
  });
  await expect(trialBalanceAt(manager, 'x')).rejects.toMatchObject({ code: 'billing.not_a_period' });
});

test('what belongs to one order is read from both books, and never what was staked on it', async () => {
  const { entries, turnover } = await readEntries(manager, { subject: orders.first });
  expect(entries.map(({ book, kind }) => `${book} ${kind}`).sort()).toEqual([
    'clients discount_given',
    'clients order_charged',
    'people worker_earned',
  ]);
  expect(turnover).toBeNull();
});

describe('the journal of a period', () => {
  test('holds every entry once, whole, in order, and none of a secret book', async () => {
    const whole = await collect(exportEntries(manager, {}));
    // An order is charged and earned or fined; one had a discount, and there was a bonus.
    expect(whole).toHaveLength(6 * 2 + 1 + 1);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    expect([...new Set(whole.map(({ book }) => book))].sort()).toEqual(['clients', 'people']);
    const times = whole.map(({ occurredAt }) => occurredAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { lines } of whole) expect(lines.reduce((sum, line) => sum + line.amountCents, 0n)).toBe(0n);
  });

  test('begins and ends with its days, in the zone of the setting', async () => {
    const subjects = async (query: EntriesQuery) => {
      const entries = await collect(exportEntries(manager, query));
      return [...new Set(entries.map(({ subject }) => subject))];
    };
    // Half past midnight on the 6th in Berlin is still the 5th in London.
    expect(await subjects({ from: '2026-05-06', to: '2026-05-06' })).toEqual([orders.second, orders.failed]);
    expect(await subjects({ from: '2026-05-04', to: '2026-05-05' })).toEqual([]);
    expect(await subjects({ to: '2026-05-05', book: 'people' })).toEqual([orders.before, orders.first]);
    await changeSetting(manager, 'time_zone', 'Europe/London');
    expect(await subjects({ from: '2026-05-05', to: '2026-05-05' })).toEqual([orders.second]);
    await changeSetting(manager, 'time_zone', 'Europe/Berlin');
  });

  test('is the same whatever the size of its pages, also among entries of one instant', async () => {
    const instant = new Date('2026-06-01T00:00:00Z');
    const ids = Array.from({ length: 7 }, () => randomUUID());
    await transaction(ctx, async (tx) => {
      for (const orderId of ids)
        await postTransaction(
          tx,
          postings.order_charged({ orderId, clientId: boris!, costCents: 100n, occurredAt: instant }),
        );
    });
    const june = { from: instant, to: new Date('2026-07-01T00:00:00Z') };
    const ways = [
      { book: ['clients', 'people'] },
      { book: 'clients', account: ['clients:revenue', 'clients:discounts'] },
      { book: 'clients', account: 'clients:receivable' },
      { book: 'clients', account: `clients:receivable:${boris}` },
      { book: 'clients', kinds: ['order_charged'] },
    ] as const;
    for (const way of ways)
      for (const pageSize of [1, 2, 3, 7, 50]) {
        const found = await collect(eachEntry(ctx, { ...way, ...june }, { pageSize }));
        expect([JSON.stringify(way), pageSize, found.map(({ subject }) => subject).sort()]).toEqual([
          JSON.stringify(way),
          pageSize,
          [...ids].sort(),
        ]);
      }
    const balances = await Promise.all(
      [1, 3, 50].map((pageSize) => collect(eachMovement(ctx, `clients:receivable:${boris}`, { pageSize }))),
    );
    expect(balances[0]).toHaveLength(8);
    for (const rows of balances) expect(rows).toEqual(balances[2]);
    const late = await collect(eachMovement(ctx, `clients:receivable:${boris}`, { ...june, pageSize: 2 }));
    expect(late).toEqual(balances[2]!.slice(1));
  });
});

describe('a person’s file of movements [US-250][US-260]', () => {
  test('says the same as their screen, oldest first', async () => {
    const client = { ...ctx, actor: { kind: 'account' as const, id: anna!, roles: ['client' as const] } };
    const worker = { ...ctx, actor: { kind: 'account' as const, id: vasya!, roles: ['worker' as const] } };
    const shown = await myMovements(client, { limit: 500 });
    expect(await collect(exportMyMovements(client))).toEqual(shown.rows.reverse());
    const paid = await myPayMovements(worker, { limit: 500 });
    expect(await collect(exportMyPayMovements(worker))).toEqual(paid.rows.reverse());
    // What a worker earns is to their good, a fine is not.
    expect(paid.rows.map(({ kind, amountCents, balanceCents }) => [kind, amountCents, balanceCents])).toEqual(
      [
        ['worker_earned', 599n, 599n],
        ['worker_earned', 12_000n, 12_599n],
        ['worker_fined', -4_000n, 8_599n],
        ['bonus_given', 1_234n, 9_833n],
        ['worker_earned', 42n, 9_875n],
        ['worker_earned', 466n, 10_341n],
      ],
    );
    expect(paid.total).toBe(6);
  });

  test('is their own', async () => {
    const stranger = {
      ...ctx,
      actor: { kind: 'account' as const, id: randomUUID(), roles: ['worker' as const] },
    };
    expect(await collect(exportMyPayMovements(stranger))).toEqual([]);
    expect(await myPayMovements(stranger)).toEqual({ rows: [], total: 0 });
    const refused = { code: 'not_allowed' };
    await expect(collect(exportMyMovements(stranger))).rejects.toMatchObject(refused);
    await expect(myMovements(stranger)).rejects.toMatchObject(refused);
    await expect(myPayMovements(manager)).rejects.toMatchObject(refused);
  });
});

test('the file of what clients owe has every client of the list, with the same sums', async () => {
  const { rows, sums } = await receivables(manager, { limit: 500 });
  const file = await collect(exportReceivables(manager));
  const byClient = (a: { clientId: string }, b: { clientId: string }) => (a.clientId < b.clientId ? -1 : 1);
  expect(file.sort(byClient)).toEqual(rows.sort(byClient));
  expect(file.reduce((sum, { totalCents }) => sum + totalCents, 0n)).toBe(sums.totalCents);
});

test('files are for managers only, and nobody reads a secret book by its name', async () => {
  for (const role of ['client', 'worker', 'staff'] as const) {
    const other = as(ctx, role);
    for (const file of [
      exportEntries(other, {}),
      exportReceivables(other),
      exportInvoices(other),
      exportStatements(other),
      exportRefunds(other),
    ])
      await expect(collect<unknown>(file)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(readEntries(other, {})).rejects.toMatchObject({ code: 'not_allowed' });
  }
  const queries: EntriesQuery[] = [
    { accounts: ['betting:pool'] },
    { accounts: ['betting:developers_pot'] },
    { accounts: [`betting:balance:${anna}`] },
    { book: 'betting' },
    { accounts: ['clients:revenue', 'people:earnings'] },
    { accounts: ['clients:receivable:not-an-id'] },
    { accounts: [`clients:receivable:${anna}\0`] },
    { accounts: ['clients:%'] },
    { accounts: ['clients'] },
    { subject: 'x' },
    { entry: 'x' },
  ];
  for (const query of queries)
    await expect(collect(exportEntries(manager, query))).rejects.toMatchObject({ code: 'billing.not_found' });
  await expect(readEntries(manager, { from: '2026-05-02', to: '2026-05-01' })).rejects.toMatchObject({
    code: 'billing.not_a_period',
  });
});
