import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SQL, sql } from 'drizzle-orm';
import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { folderStore } from '#lib/kernel/file-store.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { type Book, books, postings, postTransactions, sealBook, verifyLedger } from '#lib/ledger/index.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const database = 'bench_ledger_tamper';

/** One act of somebody with all power over the database; answers what it did, or null when nothing came of it. */
type Act = (pick: (n: number) => number) => { name: string; statements: SQL[] };

const of = (table: string, pick: number) =>
  sql.raw(`(select ctid from ledger.${table} order by ctid limit 1 offset ${pick})`);

/** `npm run bench -- ledger-tamper [acts]`: tampers at random as a superuser, each time from a sound ledger; all must be found. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const acts = Number(args[0] ?? 1000);
  const url = new URL(superuserUrl);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${database}`);
  await admin.end();
  url.pathname = `/${database}`;
  await migrate(url.href);
  const folder = await mkdtemp(join(tmpdir(), 'mcf-tamper-'));
  const store = folderStore(folder);
  const superuser = connect(url.href, { maxConnections: 1 });
  try {
    const ctx = createCtx(superuser.db, { kind: 'system', id: 'bench' });
    await fill(ctx);
    for (const book of books) await sealBook(ctx, { book, store });
    const counts: Record<string, number> = {};
    for (const table of ['transactions', 'lines', 'accounts', 'seals', 'snapshots']) {
      const [row] = await superuser.sql.unsafe(`select count(*)::int as n from ledger.${table}`);
      counts[table] = row!.n;
    }
    say(
      `a ledger of ${counts.transactions} entries with ${counts.lines} lines in ${books.length} books; ${acts} tamperings`,
    );
    const sound = await verifyLedger(ctx, { books, store });
    if (sound.problems.length) throw new Error(`not sound before: ${JSON.stringify(sound.problems[0])}`);

    const found: Record<string, number> = {};
    const missed: string[] = [];
    for (let i = 0; i < acts; i++) {
      const { name, statements } = tamperings(counts)[i % tamperings(counts).length]!((n) =>
        Math.floor(Math.random() * n),
      );
      const untouched = new Error('rolled back');
      await superuser.db
        .transaction(async (db) => {
          for (const table of Object.keys(counts))
            await db.execute(sql.raw(`alter table ledger.${table} disable trigger all`));
          await db.execute(
            sql.raw('alter table ledger.accounts drop constraint accounts_id, drop constraint accounts_book'),
          );
          await db.execute(
            sql.raw('alter table ledger.lines drop constraint lines_book, drop constraint lines_amount'),
          );
          await db.execute(sql.raw('drop index ledger.seals_transaction'));
          for (const statement of statements) await db.execute(statement);
          const report = await verifyLedger({ ...ctx, db }, { books, store });
          if (report.problems.length) found[name] = (found[name] ?? 0) + 1;
          else missed.push(name);
          throw untouched;
        })
        .catch((error) => {
          if (error !== untouched) throw error;
        });
      if ((i + 1) % 200 === 0) say(`${i + 1} done, ${missed.length} missed`);
    }
    const after = await verifyLedger(ctx, { books, store });
    return {
      figures: { acts, entries: counts.transactions, found, missed: missed.slice(0, 20) },
      goals: { missed: 0 },
      pass: missed.length === 0 && after.problems.length === 0 && acts > 0,
    };
  } finally {
    await superuser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(ctx: ReturnType<typeof createCtx>): Promise<void> {
  const parties = Array.from({ length: 5 }, () => randomUUID());
  for (let i = 0; i < 40; i++) {
    const [clientId, workerId] = [parties[i % 5]!, parties[(i + 1) % 5]!];
    const orderId = randomUUID();
    const facts = { orderId, occurredAt: ctx.now, details: { requestNumber: `R-${i}` } };
    const memberId = clientId;
    const amountCents = BigInt(100 + i);
    await transaction(ctx, (tx) =>
      postTransactions(tx, [
        postings.order_charged({ ...facts, clientId, costCents: 10_000n + amountCents }),
        postings.discount_given({ ...facts, clientId, discountCents: 500n }),
        postings.worker_earned({ ...facts, workerId, amountCents: 6_000n }),
        postings.bonus_given({ ...facts, bonusId: randomUUID(), workerId, amountCents }),
        postings.stake_placed({ ...facts, stakeId: randomUUID(), memberId, amountCents }),
      ]),
    );
  }
}

function tamperings(counts: Record<string, number>): Act[] {
  const column =
    (table: string, change: string): Act =>
    (pick) => ({
      name: `${table}: ${change}`,
      statements: [
        sql.raw(`update ledger.${table} set ${change} where ctid = `).append(of(table, pick(counts[table]!))),
      ],
    });
  const without = (table: string, where: SQL) =>
    sql`delete from ${sql.raw(`ledger.${table}`)} where ${where}`;
  const cut = (pick: (n: number) => number, isClean: boolean): ReturnType<Act> => {
    const book = books[pick(books.length)] as Book;
    const keep = pick(39) + (book === 'betting' ? 0 : 40);
    const tail = sql`transaction_id in (select transaction_id from ledger.seals where book = ${book} and seq > ${keep})`;
    return {
      name: isClean ? 'the tail of a book, cleanly' : 'the tail of the seals alone',
      statements: isClean
        ? [
            without('lines', tail),
            sql`create temp table cut on commit drop as select transaction_id from ledger.seals where book = ${book} and seq > ${keep}`,
            sql`delete from ledger.seals where book = ${book} and seq > ${keep}`,
            sql`delete from ledger.snapshots where book = ${book}`,
            sql`delete from ledger.transactions where id in (select transaction_id from cut)`,
            sql`delete from ledger.accounts a where not exists (select from ledger.lines l where l.account_id = a.id)`,
          ]
        : [sql`delete from ledger.seals where book = ${book} and seq > ${keep}`],
    };
  };
  return [
    column('lines', 'amount_cents = amount_cents + 1'),
    column('lines', 'amount_cents = -amount_cents'),
    column('lines', 'position = position + 7'),
    column('lines', `book = case book when 'people' then 'clients' else 'people' end`),
    column('lines', `occurred_at = occurred_at + interval '1 day'`),
    column('lines', `account_id = account_id || 'x'`),
    column('transactions', `key = key || ' '`),
    column('transactions', `request_hash = md5('x')`),
    column('transactions', `kind = 'bonus_taken'`),
    column('transactions', `subject = 'another'`),
    column('transactions', `occurred_at = occurred_at - interval '1 ms'`),
    column('transactions', `recorded_at = recorded_at - interval '1 ms'`),
    column('transactions', `actor_kind = 'account'`),
    column('transactions', `actor_id = 'somebody'`),
    column('transactions', `details = details || '{"why": "no"}'`),
    column('transactions', `xid = '7'`),
    column('transactions', 'id = gen_random_uuid()'),
    column('transactions', `book = case book when 'people' then 'clients' else 'people' end`),
    column('accounts', `party = coalesce(party, '') || 'x'`),
    column('accounts', `kind = kind || 'x'`),
    column('accounts', `book = case book when 'people' then 'clients' else 'people' end`),
    column('seals', `hash = repeat('0', 64)`),
    column('seals', 'seq = seq + 1000'),
    column('seals', `sealed_at = sealed_at + interval '1 day'`),
    column('seals', 'transaction_id = gen_random_uuid()'),
    column('snapshots', 'debit_cents = debit_cents + 1'),
    column('snapshots', 'credit_cents = credit_cents + 1'),
    (pick) => ({
      name: 'a line away',
      statements: [without('lines', sql`ctid = ${of('lines', pick(counts.lines!))}`)],
    }),
    (pick) => ({
      name: 'an entry away',
      statements: [without('transactions', sql`ctid = ${of('transactions', pick(counts.transactions!))}`)],
    }),
    (pick) => ({
      name: 'a seal away',
      statements: [without('seals', sql`ctid = ${of('seals', pick(counts.seals!))}`)],
    }),
    (pick) => ({
      name: 'an account away',
      statements: [without('accounts', sql`ctid = ${of('accounts', pick(counts.accounts!))}`)],
    }),
    (pick) => ({
      name: 'an entry and its lines doubled, both sides',
      statements: [
        sql`update ledger.lines set amount_cents = amount_cents * 2
            where transaction_id = (select id from ledger.transactions where ctid = ${of('transactions', pick(counts.transactions!))})`,
      ],
    }),
    (pick) => ({
      name: 'two entries change places in the chain',
      statements: [
        sql`with two as (select array_agg(transaction_id) as ids from (select transaction_id from ledger.seals
              where book = 'clients' order by seq limit 2 offset ${pick(70)}) s)
            update ledger.seals set transaction_id = case transaction_id when two.ids[1] then two.ids[2] else two.ids[1] end,
              hash = hash || '' from two where transaction_id = any (two.ids)`,
      ],
    }),
    (pick) => ({
      name: 'an entry written in between, with an old stamp',
      statements: [
        sql`insert into ledger.transactions (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id,
              details, recorded_at)
            select gen_random_uuid(), book, key || ':more', request_hash, kind, subject, occurred_at, actor_kind, actor_id, details,
              recorded_at - interval '1 hour' from ledger.transactions where ctid = ${of('transactions', pick(counts.transactions!))}`,
        sql`insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at)
            select t.id, l.position, l.book, l.account_id, l.amount_cents, l.occurred_at from ledger.transactions t
              join ledger.transactions o on o.key || ':more' = t.key and o.book = t.book join ledger.lines l on l.transaction_id = o.id`,
      ],
    }),
    (pick) => cut(pick, true),
    (pick) => cut(pick, false),
    () => ({
      name: 'everything away',
      statements: ['seals', 'snapshots', 'lines', 'transactions', 'accounts'].map((table) =>
        sql.raw(`delete from ledger.${table}`),
      ),
    }),
  ];
}
