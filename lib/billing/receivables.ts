import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';

export const ages = ['open', 'week', 'fortnight', 'month', 'older'] as const;
export type Age = (typeof ages)[number];
/** How many days after the invoice each age ends; `open` is not invoiced yet. */
const lastDays = { week: 7, fortnight: 14, month: 30 } as const;
const dayMs = 86_400_000;

export type Receivable = { clientId: string; cents: Record<Age, Cents>; totalCents: Cents };

/**
 * What clients owe by how long they have owed it, those who owe the oldest first, and the sums over all clients. Written-off
 * and paid invoices are not owed. Each total equals the client's balance in the ledger.
 */
export async function receivables(
  ctx: Ctx,
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<{ rows: Receivable[]; sums: Omit<Receivable, 'clientId'>; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const ago = (days: number) => new Date(ctx.now.getTime() - days * dayMs).toISOString();
  const owed = sql`
    select client_id, age, sum(amount_cents) as cents from (
      select party_id as client_id, 'open' as age, amount_cents from billing.items
      where purpose = 'invoice' and document_id is null
      union all
      select client_id,
        case when issued_at > ${ago(lastDays.week)} then 'week'
             when issued_at > ${ago(lastDays.fortnight)} then 'fortnight'
             when issued_at > ${ago(lastDays.month)} then 'month'
             else 'older' end,
        amount_cents
      from billing.invoices where state in ('issued', 'settling', 'failed', 'unclear')
    ) each group by client_id, age`;
  const columns = sql.join(
    ages.map((age) => sql`coalesce(sum(cents) filter (where age = ${age}), 0)::text as ${sql.raw(age)}`),
    sql`, `,
  );
  const [rows, [sums]] = await Promise.all([
    ctx.db.execute<Record<string, string>>(sql`
      select client_id, ${columns}, sum(cents)::text as total from (${owed}) owed
      group by client_id having bool_or(cents <> 0)
      order by max(case age when 'older' then 4 when 'month' then 3 when 'fortnight' then 2 when 'week' then 1 else 0 end) desc,
        sum(cents) desc, client_id
      limit ${limit} offset ${offset}`),
    ctx.db.execute<Record<string, string>>(sql`
      select ${columns}, coalesce(sum(cents), 0)::text as total,
        count(distinct client_id) filter (where cents <> 0)::text as clients
      from (${owed}) owed`),
  ]);
  const read = (row: Record<string, string>) => ({
    cents: Object.fromEntries(ages.map((age) => [age, BigInt(row[age]!)])) as Record<Age, Cents>,
    totalCents: BigInt(row.total!),
  });
  return {
    rows: rows.map((row) => ({ clientId: row.client_id!, ...read(row) })),
    sums: read(sums!),
    total: Number(sums!.clients),
  };
}
