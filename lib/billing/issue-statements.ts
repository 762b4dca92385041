import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { type ClosePage, closeInProgress, firstParty, notePage, partiesPerPage } from './close-page.ts';
import { statementIssued } from './events.ts';
import { safetyNetMs } from './issue-invoices.ts';

/**
 * The statements of a month for the next page of workers [US-230]: earnings less penalties plus bonuses not stated yet, less
 * what an earlier negative month left. Zero or less is carried over instead of being paid. One per worker and month: asked
 * again it changes nothing. Throws `Refused` billing.not_found when the month's close was never asked for.
 */
export async function issueStatements(
  ctx: Ctx,
  { period, after }: { period: string; after: string | null },
): Promise<ClosePage> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const close = await closeInProgress(tx, 'month', period);
    if (!close) return { next: null };
    const ids = Array.from({ length: partiesPerPage }, () => ctx.newId());
    const open = sql`purpose = 'statement' and document_id is null and occurred_at < ${close.toAt.toISOString()}`;
    // One statement, one snapshot: the lines that are summed are the lines that are taken.
    const issued = await tx.db.execute<{ id: string; worker_id: string; amount_cents: string }>(sql`
      with due as (
        select party_id, sum(amount_cents) as moved_cents
        from billing.items
        where ${open} and party_id > ${after ?? firstParty}
          and not exists (select from billing.statements s where s.worker_id = party_id and s.period = ${period})
        group by party_id
        order by party_id
        limit ${partiesPerPage}
      ), numbered as (
        select due.*, row_number() over (order by party_id) as n,
          carried.id as carried_id, coalesce(carried.amount_cents, 0) as carried_cents,
          moved_cents + coalesce(carried.amount_cents, 0) as total_cents
        from due
        left join lateral (
          select s.id, s.amount_cents from billing.statements s
          where s.worker_id = party_id and s.state = 'carried_over'
            and not exists (select from billing.statements later where later.carried_from_id = s.id)
          order by s.to_at
          limit 1
        ) carried on true
      ), issued as (
        insert into billing.statements
          (id, worker_id, period, from_at, to_at, carried_cents, carried_from_id, amount_cents, state,
           next_attempt_at, issued_at)
        select ids.id::uuid, party_id, ${period}, ${close.fromAt.toISOString()}::timestamptz,
          ${close.toAt.toISOString()}::timestamptz, carried_cents, carried_id, total_cents,
          case when total_cents > 0 then 'issued' else 'carried_over' end,
          case when total_cents > 0 then ${new Date(tx.now.getTime() + safetyNetMs).toISOString()}::timestamptz end,
          ${tx.now.toISOString()}::timestamptz
        from numbered
        join jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as ids (id, n) using (n)
        returning id, worker_id, amount_cents
      ), taken as (
        update billing.items set document_id = issued.id from issued where ${open} and party_id = issued.worker_id
      )
      select id, worker_id, amount_cents::text from issued order by worker_id`);
    for (const { id, worker_id, amount_cents } of issued)
      tx.emit(statementIssued, { statementId: id, workerId: worker_id, amountCents: amount_cents });
    return notePage(
      tx,
      close,
      issued.map(({ worker_id }) => worker_id),
    );
  });
}
