import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { migrate } from '#db/migrate.ts';
import * as billing from '#lib/billing/index.ts';
import { type Ctx, createCtx } from '#lib/kernel/ctx.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Actual Rows'?: number; Plans?: Plan[] };

/** `npm run bench -- billing-lists [rows]`: every list of money over 100,000 rows, its statements explained; none may read a whole table for a page. Then the whole journal as a file. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const rows = Number(args[0] ?? 100_000);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe('create database bench_lists');
  await admin.end();
  const url = new URL(superuserUrl);
  url.pathname = '/bench_lists';
  await migrate(url.href);
  const superuser = postgres(url.href, { max: 1, onnotice: () => {} });
  await fill(superuser, rows);

  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  const sql = postgres(app.href, { max: 4, onnotice: () => {} });
  let asked: { text: string; params: unknown[] }[] = [];
  const db = drizzle(sql, {
    logger: { logQuery: (text, params) => asked.push({ text, params }) },
  }) as Ctx['db'];
  const [somebody] = await superuser<Record<string, string>[]>`
    select md5('client7')::uuid::text as "clientId", md5('worker7')::uuid::text as "workerId",
      md5('order7')::uuid::text as "orderId", md5('clients7')::uuid::text as "entryId",
      md5('invoice7')::uuid::text as "invoiceId", md5('statement7')::uuid::text as "statementId"`;
  const account = `clients:receivable:${somebody!.clientId}`;
  // Three days of the seventy that 100,000 minutes are.
  const days = {
    from: new Date(Date.now() - 40 * 86_400_000).toISOString(),
    to: new Date(Date.now() - 37 * 86_400_000).toISOString(),
  };
  const manager: Ctx = createCtx(db, {
    kind: 'account',
    id: somebody!.clientId!,
    roles: ['manager', 'billing'],
  });
  const client: Ctx = createCtx(db, { kind: 'account', id: somebody!.clientId!, roles: ['client'] });
  const worker: Ctx = createCtx(db, { kind: 'account', id: somebody!.workerId!, roles: ['worker'] });
  const lists: Record<string, () => Promise<unknown>> = {
    invoices: () => billing.listInvoices(manager, { limit: 50 }),
    'invoices, page 20': () => billing.listInvoices(manager, { limit: 50, offset: 950 }),
    'failed invoices': () => billing.listInvoices(manager, { state: 'failed', limit: 50 }),
    statements: () => billing.listStatements(manager, { limit: 50 }),
    'failed statements': () => billing.listStatements(manager, { state: 'failed', limit: 50 }),
    pauses: () => billing.listPauses(manager),
    bonuses: () => billing.listBonuses(manager, { limit: 50 }),
    'entries of a client': () => billing.readEntries(manager, { accounts: [account] }),
    'entries of a client’s month': () => billing.readEntries(manager, { accounts: [account], ...days }),
    'entries of revenue': () => billing.readEntries(manager, { accounts: ['clients:revenue'] }),
    'entries of a week’s revenue': () =>
      billing.readEntries(manager, { accounts: billing.figureAccounts.revenue, ...days }),
    'entries of receivables': () => billing.readEntries(manager, { accounts: ['clients:receivable'] }),
    'entries of a week’s receivables': () =>
      billing.readEntries(manager, { accounts: ['clients:receivable'], ...days }),
    'entries of an order': () => billing.readEntries(manager, { subject: somebody!.orderId }),
    'an entry': () => billing.readEntries(manager, { accounts: [account], entry: somebody!.entryId }),
    'a page of the journal': () => billing.readEntries(manager, days),
    'the journal’s next page': () => nth(billing.exportEntries(manager, days), 2),
    'a client’s entries, next page': () => nth(billing.exportEntries(manager, { accounts: [account] }), 1),
    'revenue’s entries, next page': () =>
      nth(billing.exportEntries(manager, { accounts: ['clients:revenue'], ...days }), 2),
    'a client’s movements, as a file': () => nth(billing.exportMyMovements(client), 1),
    'invoices, as a file': () => nth(billing.exportInvoices(manager), 2),
    'paid invoices, as a file': () => nth(billing.exportInvoices(manager, { state: 'paid' }), 2),
    'statements, as a file': () => nth(billing.exportStatements(manager), 2),
    'receivables by age': () => billing.receivables(manager, { limit: 50 }),
    'receivables, as a file': () => nth(billing.exportReceivables(manager), 2),
    'an invoice with its attempts': () => billing.readInvoice(manager, somebody!.invoiceId!),
    'a statement with its payouts': () => billing.readStatement(manager, somebody!.statementId!),
    'parked movements': () => billing.listParked(manager),
    refunds: () => billing.listRefunds(manager),
    overview: () => billing.billingOverview(manager),
    'trial balance of a day a month ago': () =>
      billing.trialBalanceAt(manager, new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10)),
    'a client’s invoices': () => billing.myInvoices(client),
    'a client’s movements': () => billing.myMovements(client, { limit: 50 }),
    'a client’s account': () => billing.myAccount(client),
    'a worker’s money': () => billing.myMoney(worker),
    'a worker’s movements': () => billing.myPayMovements(worker, { limit: 30 }),
    'revenue and cost by week': () => billing.weeklyFigures(manager),
  };
  const figures: Record<string, number> = {};
  const whole: string[] = [];
  const counted: string[] = [];
  for (const [name, list] of Object.entries(lists)) {
    await list();
    asked = [];
    const begun = performance.now();
    await list();
    figures[name] = Math.round(performance.now() - begun);
    for (const { text, params } of asked.splice(0)) {
      if (!/^\s*(select|with)/i.test(text)) continue;
      const [explained] = await sql.unsafe(`explain (format json) ${text}`, params as never[]);
      const scans = scansIn((explained!['QUERY PLAN'] as [{ Plan: Plan }])[0].Plan);
      if (scans.length === 0) continue;
      // A count or a sum over everything has no other way than to look at everything; a page has.
      const isTotal = /^\s*select count\(\*\)|group by/i.test(text);
      (isTotal ? counted : whole).push(`${name}: ${[...new Set(scans)].join(', ')}`);
      if (!isTotal) say(`${name} reads all of ${scans.join(', ')}: ${text.slice(0, 300)}`);
    }
  }
  // The whole journal as accountants take it: every entry once, and no more of it held than a page.
  const begun = performance.now();
  let entriesCount = 0;
  let mostMegabytes = 0;
  for await (const page of billing.exportEntries(manager, {})) {
    entriesCount += page.length;
    asked = [];
    mostMegabytes = Math.max(mostMegabytes, Math.round(process.memoryUsage().heapUsed / 1_000_000));
  }
  const journal = {
    entries: entriesCount,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    mostMegabytes,
  };
  await sql.end();
  await superuser.end();
  return {
    figures: { rows, ms: figures, wholeTableForPage: whole, wholeTableForTotal: counted, journal },
    goals: { wholeTableForPage: 0, journal: { entries: 2 * rows, mostMegabytes: 200 } },
    pass: whole.length === 0 && entriesCount === 2 * rows && mostMegabytes <= 200,
  };
}

const large = [
  'invoices',
  'statements',
  'items',
  'attempts',
  'transactions',
  'lines',
  'accounts',
  'seals',
  'pauses',
  'billed_orders',
];
/** Reads a file up to its n-th page. */
async function nth(pages: AsyncIterable<readonly unknown[]>, n: number): Promise<void> {
  for await (const _ of pages) if (--n === 0) return;
}

const scansIn = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' && large.includes(plan['Relation Name'] ?? '')
    ? [plan['Relation Name']!]
    : []),
  ...(plan.Plans ?? []).flatMap(scansIn),
];

async function fill(sql: postgres.Sql, rows: number): Promise<void> {
  const parties = Math.ceil(rows / 20);
  await sql.unsafe(`
    insert into billing.invoices (id, number, client_id, period, from_at, to_at, amount_cents, state, attempts_count, issued_at)
      select md5('invoice' || n)::uuid, n, md5('client' || n % ${parties})::uuid, 'p' || n / ${parties}, t, t, 1000 + n,
        case when n % 100 = 0 then 'failed' else 'paid' end, 1, t
      from generate_series(1, ${rows}) n, lateral (select now() - (${rows} - n) * interval '1 minute' as t) at;
    insert into billing.statements (id, worker_id, period, from_at, to_at, carried_cents, amount_cents, state, attempts_count, issued_at)
      select md5('statement' || n)::uuid, md5('worker' || n % ${parties})::uuid, 'p' || n / ${parties}, t, t, 0, 1000 + n,
        case when n % 100 = 0 then 'failed' else 'paid' end, 1, t
      from generate_series(1, ${rows}) n, lateral (select now() - (${rows} - n) * interval '1 minute' as t) at;
    insert into billing.attempts (id, purpose, document_id, party_id, attempt_no, key, amount_cents, target, target_label, state, created_at, settled_at)
      select gen_random_uuid(), purpose, md5(document || n)::uuid, md5(party || n % ${parties})::uuid, 1, purpose || ':' || n, 1000, 'x', 'x', 'succeeded', t, t
      from generate_series(1, ${rows}) n, lateral (select now() - (${rows} - n) * interval '1 minute' as t) at,
        (values ('charge', 'invoice', 'client'), ('payout', 'statement', 'worker')) kinds (purpose, document, party);
    insert into billing.items (transaction_id, purpose, party_id, kind, order_id, details, amount_cents, occurred_at, document_id)
      select gen_random_uuid(), 'invoice', md5('client' || n % ${parties})::uuid, 'order_charged', gen_random_uuid(), '{}', 1000, t,
        case when n % 50 > 0 then md5('invoice' || n)::uuid end
      from generate_series(1, ${rows}) n, lateral (select now() - (${rows} - n) * interval '1 minute' as t) at;
    insert into billing.pauses (invoice_id, client_id, paused_at, decision, decided_by_id, decided_at)
      select id, client_id, issued_at, 'allowed', 'x', issued_at from billing.invoices where number % 5 = 0;
    insert into ledger.accounts select 'clients:receivable:' || id, 'clients', 'receivable', id
      from (select md5('client' || n)::uuid::text as id from generate_series(0, ${parties - 1}) n) made;
    insert into ledger.accounts select 'people:payable:' || id, 'people', 'payable', id
      from (select md5('worker' || n)::uuid::text as id from generate_series(0, ${parties - 1}) n) made;
    insert into ledger.accounts values ('clients:revenue', 'clients', 'revenue', null), ('people:earnings', 'people', 'earnings', null),
      ('people:bonuses', 'people', 'bonuses', null);
    begin;
    insert into ledger.transactions (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id, details)
      select md5(book || n)::uuid, book, 'k' || n, 'x', case when book = 'people' and n % 100 = 0 then 'bonus_given' else kind end,
        md5('order' || n)::uuid::text, now() - (${rows} - n) * interval '1 minute', 'system', 'b', '{}'
      from generate_series(1, ${rows}) n, (values ('clients', 'order_charged'), ('people', 'worker_earned')) kinds (book, kind);
    insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at)
      select md5(book || n)::uuid, position, book, case position when 1 then company else party || md5(who || n % ${parties})::uuid end,
        case position when 0 then cents else -cents end, now()
      from generate_series(1, ${rows}) n, generate_series(0, 1) position,
        (values ('clients', 'clients:receivable:', 'client', 'clients:revenue', 100),
          ('people', 'people:payable:', 'worker', 'people:earnings', -60)) kinds (book, party, who, company, cents);
    commit;
    analyze;`);
}
