import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import postgres from 'postgres';
import { type Connection, connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { issueInvoices, myAccount, myMovements, requestClose, startClose } from '#lib/billing/index.ts';
import { type Ctx, createCtx, uuidv7 } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const goals = { closeTimesBareSql: 5, postingsPerSecond: 1000, deadlocks: 0, statementP95Ms: 60 };
const posters = 16;
const postingSeconds = 20;
const bareSeconds = 8;
const period = '2026-03-08';
const closedAt = new Date('2026-03-08T17:30:00Z');
const inPeriod = '2026-03-04T12:00:00Z';

type Databases = { admin: postgres.Sql; urlOf: (name: string) => string };

/** `npm run bench -- billing [clients] [charges]`: closing a big week, posting from 16 clients, and reading a long statement. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const clientsCount = Number(args[0] ?? 100_000);
  const chargesCount = Number(args[1] ?? clientsCount * 5);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const urlOf = (name: string) => {
    const url = new URL(superuserUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  const databases = { admin, urlOf };
  try {
    await admin.unsafe('create database bench_billing');
    await migrate(urlOf('bench_billing'));
    const posting = await postSteadily(databases, say);
    const barePostingsPerSecond = await insertBare(databases, say);
    const statementMs = await readStatements(databases, say);
    const close = await closeWeek(databases, { clientsCount, chargesCount }, say);
    const figures = {
      ...posting,
      barePostingsPerSecond,
      postingTimesBare: Math.round((barePostingsPerSecond / posting.postingsPerSecond) * 100) / 100,
      statementP95Ms: statementMs,
      ...close,
      clientsCount,
      chargesCount,
      loadAverage: Math.round(loadavg()[0]! * 10) / 10,
    };
    return {
      figures,
      goals,
      pass:
        posting.postingsPerSecond >= goals.postingsPerSecond &&
        posting.deadlocks === goals.deadlocks &&
        statementMs <= goals.statementP95Ms &&
        close.closeTimesBareSql <= goals.closeTimesBareSql,
    };
  } finally {
    await admin.end();
  }
}

const asApp = (url: string, maxConnections: number): Connection => {
  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  return connect(app.href, { maxConnections });
};

const systemCtx = ({ db }: Connection, now?: Date): Ctx => ({
  ...createCtx(db, { kind: 'system', id: 'bench' }, now),
  newId: () => uuidv7(new Date()),
});

async function postSteadily({ admin, urlOf }: Databases, say: BenchCtx['say']) {
  const opened = asApp(urlOf('bench_billing'), posters);
  const ctx = systemCtx(opened);
  const parties = Array.from({ length: 500 }, () => randomUUID());
  let posted = 0;
  const until = performance.now() + postingSeconds * 1000;
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: posters }, async () => {
      while (performance.now() < until) {
        const from = performance.now();
        const clientId = parties[Math.floor(Math.random() * parties.length)]!;
        const facts = { orderId: randomUUID(), clientId, costCents: 10_000n, occurredAt: new Date() };
        await transaction(ctx, (tx) => postTransaction(tx, postings.order_charged(facts)));
        times.push(performance.now() - from);
        posted += 1;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  await opened.close();
  const [stats] = await admin`select deadlocks::int from pg_stat_database where datname = 'bench_billing'`;
  const postingsPerSecond = Math.round(posted / seconds);
  const result = { postingsPerSecond, postingP95Ms: p95(times), deadlocks: stats!.deadlocks as number };
  say(
    `${posters} clients posted ${posted} entries in ${seconds.toFixed(1)} s: ${postingsPerSecond} a second`,
  );
  return result;
}

/** What the machine can do at most: 16 clients insert the same rows, prepared and pipelined, without triggers and foreign key. */
async function insertBare({ admin, urlOf }: Databases, say: BenchCtx['say']): Promise<number> {
  await admin.unsafe('create database bench_inserts template bench_billing');
  const superuser = postgres(urlOf('bench_inserts'), { max: 1, onnotice: () => {} });
  await superuser.unsafe(`
    alter table ledger.lines disable trigger all;
    alter table ledger.transactions disable trigger all;`);
  await superuser.end();
  const { sql, close } = asApp(urlOf('bench_inserts'), posters);
  const hash = 'x'.repeat(64);
  const parties = Array.from({ length: 500 }, () => `clients:receivable:${randomUUID()}`);
  let inserted = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: posters }, async () => {
      while (performance.now() < begun + bareSeconds * 1000) {
        const at = new Date();
        const id = uuidv7(at);
        const occurred = at.toISOString();
        const party = parties[Math.floor(Math.random() * parties.length)]!;
        await sql.begin((tx) => [
          tx`insert into ledger.transactions (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id, details)
            values (${id}, 'clients', ${`order:${id}:charge`}, ${hash}, 'order_charged', ${id}, ${occurred}, 'system', 'bench', '{}')`,
          tx`insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at)
            values (${id}, 0, 'clients', ${party}, 10000, ${occurred}), (${id}, 1, 'clients', 'clients:revenue', -10000, ${occurred})`,
        ]);
        inserted += 1;
      }
    }),
  );
  const perSecond = Math.round((inserted / (performance.now() - begun)) * 1000);
  await close();
  await admin.unsafe('drop database bench_inserts with (force)');
  say(`the same rows by plain inserts: ${perSecond} a second`);
  return perSecond;
}

async function readStatements({ urlOf }: Databases, say: BenchCtx['say']): Promise<number> {
  const opened = asApp(urlOf('bench_billing'), 4);
  const clientId = randomUUID();
  const admin = postgres(urlOf('bench_billing'), { max: 1, onnotice: () => {} });
  const movements = 10_000;
  await admin.unsafe(`
    insert into ledger.accounts (id, book, kind, party) values ('clients:receivable:${clientId}', 'clients', 'receivable', '${clientId}');
    create temp table made as select gen_random_uuid() as id, n from generate_series(1, ${movements}) n;
    begin;
    insert into ledger.transactions (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id, details)
      select id, 'clients', 'order:' || id || ':charge', 'x', 'order_charged', id, now() - n * interval '1 hour', 'system', 'bench',
        '{"requestNumber": "R-1", "serviceName": {"en": "Glass off a shelf", "ru": "Стакан с полки"}}' from made;
    insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at)
      select id, position, 'clients', account, amount, now() - n * interval '1 hour'
      from made, (values (0, 'clients:receivable:${clientId}', 100), (1, 'clients:revenue', -100)) l (position, account, amount);
    commit;
    analyze ledger.lines; analyze ledger.transactions;`);
  await admin.end();
  const ctx: Ctx = { ...systemCtx(opened), actor: { kind: 'account', id: clientId, roles: ['client'] } };
  const times: number[] = [];
  for (let round = 0; round < 63; round++) {
    const offset = [0, 5000, 9950][round % 3]!;
    const begun = performance.now();
    const [{ rows, total }] = await Promise.all([myMovements(ctx, { limit: 50, offset }), myAccount(ctx)]);
    if (round >= 3) times.push(performance.now() - begun);
    const expected = BigInt(movements - offset) * 100n;
    if (total !== movements || rows.length !== 50 || rows[0]!.balanceCents !== expected)
      throw new Error(`the statement is wrong: ${total}, ${rows.length}, ${rows[0]?.balanceCents}`);
  }
  await opened.close();
  say(`a client's statement over ${movements} movements: p95 ${p95(times)} ms`);
  return p95(times);
}

async function closeWeek(
  { admin, urlOf }: Databases,
  { clientsCount, chargesCount }: { clientsCount: number; chargesCount: number },
  say: BenchCtx['say'],
) {
  const fill = postgres(urlOf('bench_billing'), { max: 1, onnotice: () => {} });
  await fill`
    insert into billing.items (transaction_id, purpose, party_id, kind, order_id, details, amount_cents, occurred_at)
    select gen_random_uuid(), 'invoice', md5('client' || n % ${clientsCount}::int)::uuid, 'order_charged', gen_random_uuid(),
      '{"requestNumber": "R-1", "serviceName": {"en": "Glass off a shelf", "ru": "Стакан с полки"}}', 10000, ${inPeriod}::text::timestamptz
    from generate_series(1, ${chargesCount}::int) n`;
  await fill`analyze billing.items`;
  await fill.end();
  await admin.unsafe('create database bench_bare template bench_billing');
  await admin.unsafe('checkpoint');

  const bareMs = await writeSameRows(urlOf('bench_bare'));
  say(`one bare statement over ${clientsCount} clients and ${chargesCount} charges: ${seconds(bareMs)} s`);
  await admin.unsafe('drop database bench_bare');
  await admin.unsafe('checkpoint');

  const opened = asApp(urlOf('bench_billing'), 4);
  const ctx = systemCtx(opened, closedAt);
  const begun = performance.now();
  await requestClose(ctx, { kind: 'week', period });
  await startClose(ctx, { kind: 'week', period });
  let after: string | null = null;
  do after = (await issueInvoices(ctx, { period, after })).next;
  while (after);
  const closeMs = performance.now() - begun;
  const [made] =
    await opened.sql`select count(*)::int as n, count(distinct number)::int as numbers, max(number) as last,
    sum(amount_cents)::text as total from billing.invoices`;
  const [left] = await opened.sql`select count(*)::int as n from billing.items where document_id is null`;
  await opened.close();
  const expected = {
    n: clientsCount,
    numbers: clientsCount,
    last: clientsCount,
    total: `${chargesCount * 10_000}`,
  };
  if (JSON.stringify(made) !== JSON.stringify(expected) || left!.n !== 0)
    throw new Error(`the close is wrong: ${JSON.stringify({ made, expected, left })}`);
  say(`the close in pages: ${seconds(closeMs)} s`);
  return {
    closeSeconds: Number(seconds(closeMs)),
    bareSqlSeconds: Number(seconds(bareMs)),
    closeTimesBareSql: Math.round((closeMs / bareMs) * 100) / 100,
  };
}

/** The rows that a close writes (invoices, taken items, events) in one statement and nothing else. */
async function writeSameRows(url: string): Promise<number> {
  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  const sql = postgres(app.href, { max: 1, onnotice: () => {} });
  const begun = performance.now();
  await sql`
    with due as (
      select party_id, sum(amount_cents) as amount_cents, row_number() over (order by party_id) as n
      from billing.items where purpose = 'invoice' and document_id is null group by party_id
    ), issued as (
      insert into billing.invoices
        (id, number, client_id, period, from_at, to_at, amount_cents, state, next_attempt_at, issued_at)
      select gen_random_uuid(), n, party_id, ${period}, ${closedAt}, ${closedAt}, amount_cents, 'issued', ${closedAt}, ${closedAt}
      from due returning id, client_id, amount_cents
    ), told as (
      insert into kernel.outbox (id, name, data, occurred_at)
      select gen_random_uuid(), 'billing/invoice.issued',
        jsonb_build_object('invoiceId', id, 'clientId', client_id, 'amountCents', amount_cents::text), ${closedAt} from issued
    )
    update billing.items set document_id = issued.id from issued
    where purpose = 'invoice' and document_id is null and party_id = issued.client_id`;
  const took = performance.now() - begun;
  await sql.end();
  return took;
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const p95 = (times: number[]) =>
  Math.round(times.sort((a, b) => a - b)[Math.floor(0.95 * (times.length - 1))]! * 10) / 10;
