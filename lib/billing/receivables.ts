import { type SQL, sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { eachParty } from '#lib/ledger/index.ts';

export const ages = ['open', 'week', 'fortnight', 'month', 'older'] as const;
export type Age = (typeof ages)[number];
/** How many days after the invoice each age ends; `open` is not invoiced yet. */
const lastDays = { week: 7, fortnight: 14, month: 30 } as const;
const dayMs = 86_400_000;

export type Receivable = { clientId: string; cents: Record<Age, Cents>; totalCents: Cents };

/** The claims on clients with their ages, of all or of some. */
function owed(now: Date, clientIds?: readonly string[]): SQL {
  const ago = (days: number) => new Date(now.getTime() - days * dayMs).toISOString();
  const ofThem = (column: string) =>
    clientIds
      ? sql`and ${sql.raw(column)} in (${sql.join(
          clientIds.map((id) => sql`${id}::uuid`),
          sql`, `,
        )})`
      : sql``;
  return sql`
    select client_id, age, sum(amount_cents) as cents from (
      select party_id as client_id, 'open' as age, amount_cents from billing.items
      where purpose = 'invoice' and document_id is null ${ofThem('party_id')}
      union all
      select client_id,
        case when issued_at > ${ago(lastDays.week)} then 'week'
             when issued_at > ${ago(lastDays.fortnight)} then 'fortnight'
             when issued_at > ${ago(lastDays.month)} then 'month'
             else 'older' end,
        amount_cents
      from billing.invoices where state in ('issued', 'settling', 'failed', 'unclear') ${ofThem('client_id')}
    ) each group by client_id, age`;
}

const columns = sql.join(
  ages.map((age) => sql`coalesce(sum(cents) filter (where age = ${age}), 0)::text as ${sql.raw(age)}`),
  sql`, `,
);

const read = (row: Record<string, string>) => ({
  cents: Object.fromEntries(ages.map((age) => [age, BigInt(row[age]!)])) as Record<Age, Cents>,
  totalCents: BigInt(row.total!),
});

/**
 * What clients owe by how long they have owed it, those who owe the oldest first, and the sums over all clients. Written-off
 * and paid invoices are not owed. Each total equals the client's balance in the ledger.
 */
export async function receivables(
  ctx: Ctx,
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<{ rows: Receivable[]; sums: Omit<Receivable, 'clientId'>; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const all = owed(ctx.now);
  const [rows, [sums]] = await Promise.all([
    ctx.db.execute<Record<string, string>>(sql`
      select client_id, ${columns}, sum(cents)::text as total from (${all}) owed
      group by client_id having bool_or(cents <> 0)
      order by max(case age when 'older' then 4 when 'month' then 3 when 'fortnight' then 2 when 'week' then 1 else 0 end) desc,
        sum(cents) desc, client_id
      limit ${limit} offset ${offset}`),
    ctx.db.execute<Record<string, string>>(sql`
      select ${columns}, coalesce(sum(cents), 0)::text as total,
        count(distinct client_id) filter (where cents <> 0)::text as clients
      from (${all}) owed`),
  ]);
  return {
    rows: rows.map((row) => ({ clientId: row.client_id!, ...read(row) })),
    sums: read(sums!),
    total: Number(sums!.clients),
  };
}

/** The same for a file, however many clients there are: page by page, in the order of the clients' accounts. */
export async function* exportReceivables(ctx: Ctx): AsyncGenerator<Receivable[]> {
  requireRole(ctx, 'manager', 'billing');
  for await (const clientIds of eachParty(ctx, { book: 'clients', kind: 'receivable' })) {
    const rows = await ctx.db.execute<Record<string, string>>(sql`
      select client_id, ${columns}, sum(cents)::text as total from (${owed(ctx.now, clientIds)}) owed
      group by client_id having bool_or(cents <> 0) order by client_id`);
    yield rows.map((row) => ({ clientId: row.client_id!, ...read(row) }));
  }
}
