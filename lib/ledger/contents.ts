import { type SQL, sql } from 'drizzle-orm';

const instant = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

/** SQL of every column of a transaction `t` as one text; a seal covers it, so it is never changed, only followed by another. */
export const transactionText: SQL = sql`jsonb_build_array(t.id, t.book, t.key, t.request_hash, t.kind, t.subject,
  ${instant('t.occurred_at')}, t.actor_kind, t.actor_id, t.details, ${instant('t.recorded_at')}, t.xid::text)::text`;

/** The same of its lines. */
export const linesText: SQL = sql`coalesce((select jsonb_agg(jsonb_build_array(l.position, l.book, l.account_id,
  l.amount_cents::text, ${instant('l.occurred_at')}, l.no::text) order by l.position)
  from ledger.lines l where l.transaction_id = t.id), '[]')::text`;
