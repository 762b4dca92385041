import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { pgErrorCode, transaction } from '#lib/kernel/transaction.ts';
import {
  accountId,
  balanceOf,
  entriesOf,
  movementsOf,
  type Posting,
  postTransaction,
  trialBalance,
  verifyLedger,
} from './index.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let ctx: Ctx;
beforeAll(async () => {
  database = await freshDatabase();
  ctx = testCtx(database.db);
});
afterAll(() => database.close());

const receivable = accountId('clients', 'receivable', 'tom');
const revenue = accountId('clients', 'revenue');
const charge = (key: string, amountCents = 100n): Posting => ({
  key,
  book: 'clients',
  kind: 'order_charged',
  subject: 'order-1',
  lines: [
    { account: receivable, amountCents },
    { account: revenue, amountCents: -amountCents },
  ],
});
const post = (posting: Posting) => transaction(ctx, (tx) => postTransaction(tx, posting));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error) => pgErrorCode(error) ?? String(error),
  );

describe('posting', () => {
  test('is seen in the balance, the movements, the entries and the trial balance', async () => {
    const { transactionId } = await post({ ...charge('seen', 250n), details: { requestNumber: 'R-1' } });
    await post(charge('seen-2', 50n));
    expect(await balanceOf(ctx, receivable)).toBe(300n);
    expect(await movementsOf(ctx, receivable)).toMatchObject([
      { amountCents: 50n, balanceCents: 300n },
      { transactionId, amountCents: 250n, balanceCents: 250n, details: { requestNumber: 'R-1' } },
    ]);
    expect(await entriesOf(ctx, { book: 'clients', account: 'clients:receivable' })).toHaveLength(2);
    expect(
      (await entriesOf(ctx, { book: 'clients', account: revenue }, { limit: 1, offset: 1 }))[0]!.lines,
    ).toEqual([
      { account: receivable, amountCents: 250n },
      { account: revenue, amountCents: -250n },
    ]);
    const trial = await trialBalance(ctx, 'clients');
    expect(trial.map(({ kind, balanceCents }) => [kind, balanceCents])).toEqual([
      ['receivable', 300n],
      ['revenue', -300n],
    ]);
  });

  test('is read page by page and between two instants, with the balance as it was', async () => {
    const account = accountId('clients', 'receivable', 'paged');
    const days = [1, 2, 2, 3, 5].map((day) => new Date(Date.UTC(2026, 1, day)));
    for (const [i, occurredAt] of days.entries()) {
      const lines = charge('x', BigInt(i + 1)).lines.map((line) =>
        line.account === receivable ? { ...line, account } : line,
      );
      await post({ ...charge(`paged-${i}`), lines, occurredAt });
    }
    const read = async (which: Parameters<typeof movementsOf>[2]) =>
      (await movementsOf(ctx, account, which)).map((row) => [row.amountCents, row.balanceCents]);
    const all = [
      [5n, 15n],
      [4n, 10n],
      [3n, 6n],
      [2n, 3n],
      [1n, 1n],
    ];
    expect(await read({})).toEqual(all);
    for (let offset = 0; offset <= 5; offset++)
      expect(await read({ limit: 2, offset })).toEqual(all.slice(offset, offset + 2));
    expect(await read({ from: days[1], to: days[4] })).toEqual(all.slice(1, 4));
  });

  test('asked again with the same key and content answers the first one', async () => {
    const first = await post(charge('twice'));
    expect(await post(charge('twice'))).toEqual({ ...first, replayed: true });
  });

  test('with the same key at the same time posts once', async () => {
    const before = await balanceOf(ctx, receivable);
    await Promise.all(Array.from({ length: 8 }, () => post(charge('at-once', 7n))));
    expect(await balanceOf(ctx, receivable)).toBe(before + 7n);
  });

  test('with the same key and other content is an error', async () => {
    await post(charge('other'));
    await expect(post(charge('other', 101n))).rejects.toThrow('other content');
    await expect(post({ ...charge('other'), kind: 'discount_given' })).rejects.toThrow('other content');
  });

  test('refuses an unbalanced, a one-sided and a zero posting, and accounts of another book', async () => {
    const [debit, credit] = charge('x').lines as [Posting['lines'][0], Posting['lines'][0]];
    const wrong: Posting['lines'][] = [
      [debit],
      [debit, { ...credit, amountCents: -99n }],
      [
        { ...debit, amountCents: 0n },
        { ...credit, amountCents: 0n },
      ],
      [debit, { ...credit, account: 'people:bank' }],
      [debit, { ...credit, account: 'clients:nothing' }],
    ];
    for (const lines of wrong)
      await expect(post({ ...charge('wrong'), lines })).rejects.toThrow('ledger: wrong');
    expect(await entriesOf(ctx, { book: 'clients', subject: 'wrong' })).toEqual([]);
  });
});

describe('the guards in the database', () => {
  const header = (key: string, id = ctx.newId()) => ({
    id,
    book: 'clients',
    key,
    request_hash: 'x',
    kind: 'order_charged',
    subject: 's',
    occurred_at: ctx.now.toISOString(),
    actor_kind: 'system',
    actor_id: 'test',
    details: '{}',
  });
  const line = (transactionId: string, position: number, account: string, amountCents: bigint) => ({
    transaction_id: transactionId,
    position,
    book: 'clients',
    account_id: account,
    amount_cents: amountCents.toString(),
    occurred_at: ctx.now.toISOString(),
  });

  test('refuse update, delete and truncate to the application and to a superuser', async () => {
    const { transactionId } = await post(charge('guarded'));
    const sealed = { book: 'betting', seq: 9, sealed_at: ctx.now, transaction_id: transactionId, hash: 'x' };
    const taken = { book: 'betting', kind: 'pool', seq: 9, debit_cents: 1, credit_cents: 0 };
    const said = { id: ctx.newId(), at: ctx.now, actor_kind: 'system', actor_id: 'test', report: '{}' };
    const { default: postgres } = await import('postgres');
    const superuser = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
    try {
      await superuser`insert into ledger.seals ${superuser(sealed)}`;
      await superuser`insert into ledger.snapshots ${superuser(taken)}`;
      await superuser`insert into ledger.verifications ${superuser(said)}`;
      for (const table of ['transactions', 'lines', 'accounts', 'seals', 'snapshots', 'verifications'])
        for (const change of [
          `update ledger.${table} set ${table === 'verifications' ? 'at = at' : 'book = book'}`,
          `delete from ledger.${table}`,
          `truncate ledger.${table} cascade`,
        ]) {
          expect(await codeOf(database.sql.unsafe(change)), change).toBe('42501');
          expect(await codeOf(superuser.unsafe(change)), `superuser: ${change}`).toBe('42501');
          // Replication mode switches ordinary triggers off; these stay.
          const asReplica = superuser.begin(async (db) => {
            await db`set local session_replication_role = replica`;
            await db.unsafe(change);
          });
          expect(await codeOf(asReplica), `replica: ${change}`).toBe('42501');
        }
      const [owner] = await superuser`select rolcanlogin, rolname from pg_roles r
        join pg_class c on c.relowner = r.oid where c.oid = 'ledger.lines'::regclass`;
      expect(owner).toMatchObject({ rolname: 'mcf_ledger', rolcanlogin: false });
    } finally {
      await superuser.end();
    }
  });

  test('refuse a transaction whose lines do not sum to zero, that has one line, or none', async () => {
    const attempt = (amounts: bigint[]) =>
      database.sql.begin(async (db) => {
        const row = header(`raw-${amounts.join()}`);
        await db`insert into ledger.transactions ${db(row)}`;
        for (const [i, amount] of amounts.entries())
          await db`insert into ledger.lines ${db(line(row.id, i, i ? revenue : receivable, amount))}`;
      });
    expect(await codeOf(attempt([]))).toBe('23514');
    expect(await codeOf(attempt([5n]))).toBe('23514');
    expect(await codeOf(attempt([5n, -4n]))).toBe('23514');
    expect(await codeOf(attempt([5n, -5n]))).toBe('accepted');
  });

  test('refuse to append to a transaction that has been committed, even a balanced pair', async () => {
    const { transactionId } = await post(charge('closed'));
    const append = database.sql`insert into ledger.lines ${database.sql([
      line(transactionId, 2, receivable, 5n),
      line(transactionId, 3, revenue, -5n),
    ])}`;
    expect(await codeOf(append)).toBe('42501');
  });

  test('let the application fill only the columns that are its own to choose', async () => {
    const xid = { ...header('forged-xid'), xid: '99999999' };
    const recorded = { ...header('forged-time'), recorded_at: '2001-01-01T00:00:00Z' };
    for (const row of [xid, recorded])
      expect(await codeOf(database.sql`insert into ledger.transactions ${database.sql(row)}`)).toBe('42501');
    const row = header('forged-number');
    const numbered = database.sql.begin(async (db) => {
      await db`insert into ledger.transactions ${db(row)}`;
      await db`insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at, no)
        overriding system value values (${row.id}, 0, 'clients', ${receivable}, 5, ${ctx.now.toISOString()}, 1)`;
    });
    expect(await codeOf(numbered)).toBe('42501');
  });

  test('refuse a line after the balance was checked early in the same transaction', async () => {
    const row = header('early');
    const early = database.sql.begin(async (db) => {
      await db`insert into ledger.transactions ${db(row)}`;
      await db`insert into ledger.lines ${db([line(row.id, 0, receivable, 5n), line(row.id, 1, revenue, -5n)])}`;
      await db`set constraints all immediate`;
      await db`insert into ledger.lines ${db(line(row.id, 2, receivable, 5n))}`;
    });
    expect(await codeOf(early)).toBe('23514');
  });

  test('hide the betting book from the application, and keep it from being written', async () => {
    const attempt = post({
      key: 'bet',
      book: 'betting',
      kind: 'stake',
      subject: 's',
      lines: [
        { account: 'betting:balance:m', amountCents: 1n },
        { account: 'betting:pool:o', amountCents: -1n },
      ],
    });
    expect(await codeOf(attempt)).toBe('42501');
  });
});

test('verification finds nothing wrong in books kept by these rules', async () => {
  const report = await verifyLedger(ctx);
  // What the guards were tried with was written past `postTransaction`.
  expect(report.problems.filter(({ params }) => !params.key?.startsWith('raw-'))).toEqual([]);
});

test('verification names the transaction that somebody with power over the database has bent', async () => {
  const { transactionId } = await post(charge('bent'));
  const { default: postgres } = await import('postgres');
  const superuser = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await superuser`alter table ledger.lines disable trigger all`;
    await superuser`update ledger.lines set amount_cents = amount_cents + 1 where transaction_id = ${transactionId} and position = 0`;
  } finally {
    await superuser.end();
  }
  const { problems } = await verifyLedger(ctx);
  expect(problems.filter(({ params }) => !params.key?.startsWith('raw-'))).toEqual([
    { code: 'request_differs', params: { book: 'clients', id: transactionId, key: 'bent' } },
    { code: 'book_not_zero', params: { book: 'clients', sum: '1' } },
    {
      code: 'unbalanced',
      params: { book: 'clients', id: transactionId, key: 'bent', count: '2', sum: '1' },
    },
  ]);
});
