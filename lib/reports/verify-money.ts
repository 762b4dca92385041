import { type SQL, sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { type LedgerReport, type Problem, type VerifyOptions, verifyLedger } from '#lib/ledger/index.ts';

/** An order that ended so long ago has been billed, unless something is wrong. */
const billedAfterMinutes = 15;
const mostOfEach = 50;

// Kinds of entries that stand on an invoice or a statement, and those that come from one order.
const itemKinds = sql`('order_charged', 'discount_given', 'charge_succeeded_again', 'refund_granted', 'refund_sent',
  'refund_failed', 'refund_confirmed_late', 'worker_earned', 'worker_fined', 'penalty_waived', 'bonus_given', 'payout_confirmed_again')`;
const orderKinds = sql`('order_charged', 'discount_given', 'worker_earned', 'worker_fined')`;
const partyLine = sql`(l.account_id like 'clients:receivable:%' or l.account_id like 'people:payable:%')`;

/** Each answers the rows that are wrong; the columns go into the words of the problem (`ledger.problems.<code>`). */
const checks: Record<string, (now: Date) => SQL> = {
  order_not_billed: (now) => sql`
    select o.request_number as number, o.id from ordering.orders o
    where o.ended_at < ${new Date(now.getTime() - billedAfterMinutes * 60_000).toISOString()}::timestamptz
      and not exists (select from billing.billed_orders b where b.order_id = o.id) order by o.id`,

  billed_without_order: () => sql`
    select b.request_number as number, b.order_id as id from billing.billed_orders b
    where not exists (select from ordering.orders o where o.id = b.order_id) order by b.order_id`,

  billed_differs: () => sql`
    select b.request_number as number, b.order_id as id from billing.billed_orders b
      join ordering.orders o on o.id = b.order_id
    where (o.state, o.client_id, o.worker_id, o.cost_cents, o.price_cents, o.ended_at)
      is distinct from (b.outcome, b.client_id, b.worker_id, b.cost_cents, b.price_cents, b.ended_at) order by b.order_id`,

  // The client in full, less the discount fixed at matching; the worker 60 % of the cost, rounded half up, or 40.00 less.
  posting_wrong: () => sql`
    with expected as (
      select 'order:' || order_id || ':charge' as key, 'clients:receivable:' || client_id as account, cost_cents as amount
        from billing.billed_orders where cost_cents > 0
      union all select 'order:' || order_id || ':discount', 'clients:receivable:' || client_id, price_cents - cost_cents
        from billing.billed_orders where price_cents < cost_cents
      union all select 'order:' || order_id || ':earning', 'people:payable:' || worker_id, -((cost_cents * 60 + 50) / 100)
        from billing.billed_orders
        where outcome = 'completed' and worker_id is not null and (cost_cents * 60 + 50) / 100 > 0
      union all select 'order:' || order_id || ':penalty', 'people:payable:' || worker_id, 4000
        from billing.billed_orders where outcome = 'failed' and worker_id is not null
    ), posted as (
      select t.key, l.account_id as account, l.amount_cents as amount
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where t.kind in ${orderKinds} and ${partyLine}
    )
    select key, expected.amount as expected, posted.amount as posted from expected full join posted using (key)
    where (expected.account, expected.amount) is distinct from (posted.account, posted.amount) order by key`,

  item_wrong: () => sql`
    with posted as (
      select t.id, t.key, t.kind, split_part(l.account_id, ':', 3) as party, t.occurred_at,
        case when t.book = 'clients' then l.amount_cents else -l.amount_cents end as amount
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where ${partyLine} and (t.kind in ${itemKinds}
        -- One of two transfers that came back: only then does it stand on a statement.
        or t.kind = 'payout_returned' and exists (select from billing.items i where i.transaction_id = t.id))
      union all
      -- Its sum had left what is owed before, with the late success of the first transfer.
      select t.id, t.key, t.kind, a.party_id::text, t.occurred_at, -l.amount_cents
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id and l.account_id = 'people:in_transit'
        join billing.attempts a on a.key || ':confirmed-twice' = t.key
      where t.kind = 'payout_confirmed_twice'
    )
    select coalesce(p.key, i.kind) as key, coalesce(p.id, i.transaction_id) as id
    from posted p full join billing.items i on i.transaction_id = p.id
    where (p.kind, p.party, p.amount, p.occurred_at)
      is distinct from (i.kind, i.party_id::text, i.amount_cents, i.occurred_at) order by 2`,

  document_sum: () => sql`
    with taken as (select document_id, sum(amount_cents) as total, count(distinct party_id) as parties, min(party_id::text) as party
      from billing.items where document_id is not null group by document_id)
    select d.id, d.name as number, d.amount as expected, coalesce(t.total, 0) as posted from (
      select id, client_id as party, number::text as name, amount_cents as amount from billing.invoices
      union all select id, worker_id, period, amount_cents - carried_cents from billing.statements) d
      full join taken t on t.document_id = d.id
    where d.amount is distinct from coalesce(t.total, 0) or t.parties > 1 or t.party <> d.party::text order by d.id`,

  invoice_number_missing: () => sql`
    select n as number from generate_series(1, (select coalesce(max(number), 0) from billing.invoices)) n
    where not exists (select from billing.invoices i where i.number = n) order by n`,

  charge_wrong: () => sql`
    with posted as (
      select case when t.kind = 'charge_succeeded_again' then left(t.key, -6) else t.key end as key, l.amount_cents as amount
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where t.kind in ('charge_succeeded', 'charge_succeeded_again') and l.account_id like 'clients:receivable:%'
    ), taken as (select key, -amount_cents as amount from billing.attempts where purpose = 'charge' and state = 'succeeded')
    select key, taken.amount as expected, posted.amount as posted from taken full join posted using (key)
    where taken.amount is distinct from posted.amount order by key`,

  payout_wrong: () => sql`
    with posted as (
      select t.key, t.kind, abs(l.amount_cents) as amount
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where l.amount_cents > 0 and t.kind in ('payout_sent', 'payout_confirmed', 'payout_failed', 'payout_confirmed_late',
        'payout_confirmed_again', 'payout_confirmed_twice', 'payout_returned')
    ), tried as (
      select key, state, amount_cents as amount, (select p.key from posted p where p.kind like 'payout_confirmed_%'
        and p.key in (a.key || ':confirmed-late', a.key || ':confirmed-again')) as late,
        (select p.key from posted p where p.key = a.key || ':confirmed-twice') as twice
      from billing.attempts a where purpose = 'payout'
    ), made as (
      select key || ':sent' as key, amount from tried
      union all select key || ':failed', amount from tried where state = 'failed' or late is not null
      union all select coalesce(late, twice, key || ':confirmed'), amount from tried where state in ('succeeded', 'returned')
      union all select key || ':returned', amount from tried where state = 'returned'
    )
    select key, made.amount as expected, posted.amount as posted from made full join posted using (key)
    where made.amount is distinct from posted.amount order by key`,

  refund_wrong: () => sql`
    with posted as (
      select t.key, l.amount_cents as amount from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where l.amount_cents > 0 and t.kind in ('refund_sent', 'refund_confirmed', 'refund_failed', 'refund_confirmed_late')
    ), tried as (
      select named.key, state, amount_cents as amount,
        exists (select from posted p where p.key = named.key || ':confirmed-late') as late
      from billing.attempts,
        lateral (select 'refund:' || document_id || case when attempt_no > 1 then ':' || attempt_no else '' end as key) named
      where purpose = 'refund'
    ), made as (
      select key || ':sent' as key, amount from tried
      union all select key || ':failed', amount from tried where state = 'failed' or late
      union all select key || case when late then ':confirmed-late' else ':confirmed' end, amount from tried where state = 'succeeded'
    )
    select key, made.amount as expected, posted.amount as posted from made full join posted using (key)
    where made.amount is distinct from posted.amount order by key`,

  invoice_paid_wrong: () => sql`
    with posted as (
      select t.subject, t.kind, l.amount_cents as amount
      from ledger.transactions t join ledger.lines l on l.transaction_id = t.id
      where t.kind in ('charge_succeeded', 'debt_written_off') and l.account_id like 'clients:receivable:%'
        -- Given up, and paid after all.
        and not (t.kind = 'debt_written_off'
          and exists (select from ledger.transactions r where r.key = t.key || ':reversed' and r.kind = 'debt_reinstated'))
    )
    select i.number, i.id, i.state from billing.invoices i full join posted p on p.subject = i.id::text
    where (p.kind, -p.amount) is distinct from (case i.state when 'paid' then 'charge_succeeded' when 'written_off' then 'debt_written_off' end,
      case when i.state in ('paid', 'written_off') then i.amount_cents end) order by i.number`,

  // What a statement carries is what the negative one before it left, and all of that.
  statement_carried_wrong: () => sql`
    select s.id, s.period as number, coalesce(p.amount_cents, 0) as expected, s.carried_cents as posted
    from billing.statements s
      left join billing.statements p on p.id = s.carried_from_id and p.worker_id = s.worker_id and p.amount_cents <= 0
    where s.carried_cents is distinct from coalesce(p.amount_cents, 0) or (s.carried_from_id is not null and p.id is null)
      or (s.amount_cents <= 0) <> (s.state = 'carried_over')
    order by s.id`,

  // A statement is paid when one more of its transfers has arrived than have come back, and not before.
  statement_paid_wrong: () => sql`
    select s.period as number, s.id, s.state from billing.statements s
      left join (select document_id, count(*) filter (where state = 'succeeded') as arrived
        from billing.attempts where purpose = 'payout' group by document_id) a on a.document_id = s.id
    where (s.state = 'paid') <> (coalesce(a.arrived, 0) > 0) order by s.period, s.id`,

  attempt_wrong: () => sql`
    with documents as (
      select 'charge' as purpose, id, client_id as party, amount_cents as amount from billing.invoices
      union all select 'payout', id, worker_id, amount_cents from billing.statements
      union all select 'refund', id, client_id, amount_cents from billing.refunds
    )
    select a.key, d.amount as expected, a.amount_cents as posted
    from billing.attempts a left join documents d on d.purpose = a.purpose and d.id = a.document_id
    where (a.party_id, a.amount_cents) is distinct from (d.party, d.amount) order by a.key`,
};

export type MoneyReport = LedgerReport & { ordersCount: number };

/**
 * Everything that can be said about the books: the ledger's own chain, anchors and balance, and billing against orders:
 * each ended order billed once, at the right sums, on the right document, and what partners moved posted. Reads only.
 */
export async function verifyMoney(ctx: Ctx, options: VerifyOptions = {}): Promise<MoneyReport> {
  requireRole(ctx, 'manager', 'billing', 'system');
  const report = await verifyLedger(ctx, options);
  const problems: Problem[] = [];
  const ordersCount = await ctx.db.transaction(
    async (db) => {
      await db.execute(sql`select set_config('statement_timeout', '600000', true)`);
      for (const [code, check] of Object.entries(checks)) {
        const rows = await db.execute<Record<string, string | null>>(
          sql`select * from (${check(ctx.now)}) wrong limit ${mostOfEach}`,
        );
        for (const row of rows) {
          const params = Object.entries(row).map(([name, value]) => [name, String(value ?? '–')]);
          problems.push({ code, params: Object.fromEntries(params) });
        }
      }
      const [counted] = await db.execute<{ n: string }>(sql`select count(*) as n from billing.billed_orders`);
      return Number(counted!.n);
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
  return { ...report, problems: [...report.problems, ...problems], ordersCount };
}
