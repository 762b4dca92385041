import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, connect } from '#db/client.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type FileStore, folderStore } from '#lib/kernel/file-store.ts';
import { at, freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import {
  accountId,
  balanceOf,
  bookFigures,
  postings,
  postTransaction,
  postTransactions,
  sealBook,
  trialBalance,
  verifyLedger,
} from './index.ts';
import { anchorsKey, genesis, link, parseHead, readAnchors, writeAnchor } from './link.ts';

let folder: string;
let store: FileStore;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let superuser: Connection;
let ctx: Ctx;
let orders = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcf-seal-'));
  store = folderStore(folder);
  database = await freshDatabase();
  superuser = connect(database.adminUrl, { maxConnections: 1 });
  ctx = testCtx(database.db);
});
afterAll(async () => {
  await superuser.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const post = (costCents = 100n) =>
  transaction(ctx, (tx) =>
    postTransaction(
      tx,
      postings.order_charged({
        orderId: `order-${++orders}`,
        clientId: 'tom',
        costCents,
        occurredAt: ctx.now,
      }),
    ),
  );
const seal = (now = ctx.now) => sealBook(at(ctx, now), { book: 'clients', store });
const codes = async (now = ctx.now, head?: string, within = ctx) =>
  (await verifyLedger(at(within, now), { store, head })).problems.map(({ code }) => code);

/** What somebody with all power over the database does; looked at from inside, and rolled back. */
async function bent(change: string, look: (ctx: Ctx) => Promise<unknown>): Promise<void> {
  const untouched = new Error('rolled back');
  const work = superuser.db.transaction(async (db) => {
    for (const table of ['transactions', 'lines', 'accounts', 'seals', 'snapshots'])
      await db.execute(sql.raw(`alter table ledger.${table} disable trigger all`));
    for (const statement of change.split(';')) await db.execute(sql.raw(statement));
    await look({ ...ctx, db });
    throw untouched;
  });
  await expect(work).rejects.toBe(untouched);
}

describe('the chain', () => {
  test('depends on every letter before it', () => {
    const content = fc.record({ transaction: fc.string(), lines: fc.string() });
    fc.assert(
      fc.property(fc.array(content, { minLength: 1 }), fc.nat(), content, (contents, where, other) => {
        const position = where % contents.length;
        const bent = contents.with(position, other);
        const head = (all: typeof contents) => all.reduce(link, genesis('clients'));
        const isSame = JSON.stringify(bent) === JSON.stringify(contents);
        expect(head(bent) === head(contents)).toBe(isSame);
      }),
    );
    expect(genesis('clients')).not.toBe(genesis('people'));
    // A letter that moves over the border between the two parts is a change, too.
    expect(link('', { transaction: 'ab', lines: 'c' })).not.toBe(link('', { transaction: 'a', lines: 'bc' }));
  });

  test('is written down in lines of which one may be torn', () => {
    const anchor = { seq: 3, hash: 'a'.repeat(64), at: '2026-03-02T09:00:00.000Z' };
    const text = `${writeAnchor(anchor)}{"seq":4,"ha${writeAnchor({ ...anchor, seq: 5 })}`;
    expect(readAnchors(text)).toEqual({ anchors: [anchor, { ...anchor, seq: 5 }], torn: 1 });
    expect(parseHead('clients 12 3f9a3f9a3f9a3f9a')).toEqual({
      book: 'clients',
      seq: 12,
      hash: '3f9a3f9a3f9a3f9a',
    });
    expect(parseHead('clients twelve')).toBeNull();
  });
});

describe('sealing a book', () => {
  test('chains what was posted, once, writes the head down outside, and keeps the totals', async () => {
    for (let i = 0; i < 5; i++) await post(BigInt(100 + i));
    expect(await seal()).toEqual({ sealedCount: 5, seq: 5 });
    expect(await seal()).toEqual({ sealedCount: 0, seq: 5 });
    await Promise.all([post(), post(), seal(), seal()]);
    expect(await seal()).toMatchObject({ seq: 7 });
    const anchors = readAnchors((await store.get(anchorsKey('clients')))!.toString());
    expect(anchors.anchors.at(-1)).toMatchObject({ seq: 7 });
    const report = await verifyLedger(ctx, { store });
    expect(report.problems).toEqual([]);
    expect(report.books[0]).toMatchObject({
      transactionsCount: 7,
      sealedCount: 7,
      head: anchors.anchors.at(-1)!.hash,
    });
  });

  test('takes thousands in rounds, each once', async () => {
    const before = (await seal()).seq;
    await transaction(ctx, (tx) =>
      postTransactions(
        tx,
        Array.from({ length: 2500 }, () =>
          postings.order_charged({
            orderId: `many-${++orders}`,
            clientId: 'tom',
            costCents: 1n,
            occurredAt: ctx.now,
          }),
        ),
      ),
    );
    expect(await seal()).toEqual({ sealedCount: 2500, seq: before + 2500 });
    expect(await codes()).toEqual([]);
  });

  test('the head on a paper is found in the chain, and a forged one is not', async () => {
    const { hash, seq } = readAnchors((await store.get(anchorsKey('clients')))!.toString()).anchors.at(-1)!;
    expect(await codes(ctx.now, `clients ${seq} ${hash.slice(0, 16)}`)).toEqual([]);
    expect(await codes(ctx.now, `clients ${seq} ${'0'.repeat(16)}`)).toEqual(['paper_differs']);
    expect(await codes(ctx.now, `clients ${seq + 1} ${hash}`)).toEqual(['paper_beyond']);
  });

  test('what waits too long for its seal is told', async () => {
    await post();
    const soon = new Date(Date.now() + 60_000);
    expect(await codes(soon)).not.toContain('unsealed_old');
    expect(await codes(new Date(Date.now() + 20 * 60_000))).toContain('unsealed_old');
    await seal();
    expect(await codes(soon)).toEqual([]);
  });

  const some = `(select id from ledger.transactions where key = 'order:order-3:charge')`;
  const tail = (n: number) =>
    `delete from ledger.seals where seq > ${n}; delete from ledger.snapshots where seq > ${n};
     delete from ledger.lines where transaction_id not in (select transaction_id from ledger.seals);
     delete from ledger.transactions where id not in (select transaction_id from ledger.seals)`;
  test.each([
    [
      'an amount on both sides',
      `update ledger.lines set amount_cents = amount_cents * 2 where transaction_id = ${some}`,
      'changed',
    ],
    ['a key', `update ledger.transactions set key = 'order:x:charge' where id = ${some}`, 'changed'],
    ['who did it', `update ledger.transactions set actor_id = 'nobody' where id = ${some}`, 'changed'],
    [
      'when',
      `update ledger.transactions set recorded_at = recorded_at + interval '1 ms' where id = ${some}`,
      'changed',
    ],
    [
      'the account',
      `insert into ledger.accounts values ('clients:receivable:tim', 'clients', 'receivable', 'tim');
      update ledger.lines set account_id = 'clients:receivable:tim' where transaction_id = ${some} and position = 0`,
      'changed',
    ],
    [
      'a whole entry away',
      `delete from ledger.lines where transaction_id = ${some}; delete from ledger.transactions where id = ${some}`,
      'transaction_missing',
    ],
    ['one seal away', 'delete from ledger.seals where seq = 3', 'seals_missing'],
    ['the tail', tail(4), 'tail_cut'],
    [
      'everything',
      'delete from ledger.seals; delete from ledger.snapshots; delete from ledger.lines; delete from ledger.transactions; delete from ledger.accounts',
      'tail_cut',
    ],
    ['a total', 'update ledger.snapshots set debit_cents = debit_cents + 1', 'snapshot_wrong'],
    [
      'an account',
      `alter table ledger.accounts drop constraint accounts_id; update ledger.accounts set party = 'tim' where party = 'tom'`,
      'account_wrong',
    ],
  ])('somebody with all power over the database who changes %s is found out', async (_, change, code) => {
    await bent(change, async (inside) => expect(await codes(ctx.now, undefined, inside)).toContain(code));
    expect(await codes()).toEqual([]);
  });

  test('also when the chain is made anew over what was changed', async () => {
    const change = `delete from ledger.seals; delete from ledger.snapshots;
      update ledger.lines set amount_cents = amount_cents * 2 where transaction_id = ${some}`;
    await bent(change, async (inside) => {
      await sealBook(inside, {
        book: 'clients',
        store: folderStore(join(folder, 'another')),
        everything: true,
      });
      expect(await codes(ctx.now, undefined, inside)).toContain('anchor_differs');
    });
    expect(await codes()).toEqual([]);
  });
});

test('balances and totals are the same before a seal, after it, and with entries that came since', async () => {
  const receivable = accountId('clients', 'receivable', 'tom');
  const told = async () => ({
    balance: await balanceOf(ctx, receivable),
    trial: await trialBalance(ctx, 'clients'),
  });
  await seal();
  const before = await told();
  await post(7n);
  const unsealed = await told();
  expect(unsealed.balance).toBe(before.balance + 7n);
  expect(unsealed.trial).toMatchObject([
    { kind: 'receivable', balanceCents: unsealed.balance },
    { kind: 'revenue', balanceCents: -unsealed.balance },
  ]);
  await seal();
  expect(await told()).toEqual(unsealed);
});

test('the figures of a book tell how long entries wait for their seal, and that it sums to zero', async () => {
  await seal();
  expect(await bookFigures(ctx, 'clients')).toMatchObject({
    unsealedAgeSeconds: 0,
    sealedAt: ctx.now,
    sumCents: 0n,
  });
  await post();
  // As if the entry had been recorded two minutes ago.
  await bent(
    `update ledger.transactions set recorded_at = clock_timestamp() - interval '2 minutes'
      where id = (select id from ledger.transactions order by recorded_at desc limit 1)`,
    async (inside) => {
      const { unsealedAgeSeconds } = await bookFigures(inside, 'clients');
      expect(unsealedAgeSeconds).toBeGreaterThanOrEqual(120);
      expect(unsealedAgeSeconds).toBeLessThan(180);
    },
  );
});

test('two sealers whose clocks differ leave a chain in order, and a seal whose time was changed is found', async () => {
  const ahead = new Date(ctx.now.getTime() + 300_000);
  await post();
  await seal(ahead);
  await post();
  await seal(ctx.now);
  expect(await codes(ahead)).toEqual([]);
  await bent(
    `update ledger.seals set sealed_at = sealed_at + interval '1 day' where book = 'clients' and seq = 2`,
    async (inside) => expect(await codes(ahead, undefined, inside)).toContain('seal_time_wrong'),
  );
});
