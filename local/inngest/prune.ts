import type { AnySql } from './database.ts';

/** Deletes ended runs with their steps, and events that no open run needs, older than the cutoff; a batch at a time. */
export async function pruneHistory(
  sql: AnySql,
  before: Date,
  batch = 2000,
): Promise<{ runs: number; events: number }> {
  const total = { runs: 0, events: 0 };
  for (;;) {
    const [done] = await sql`
      with old as (delete from runs where id in (select id from runs where ended_at < ${before} limit ${batch}) returning id),
      gone as (delete from steps where run_id in (select id from old))
      select count(*)::int as n from old`;
    total.runs += done?.n ?? 0;
    if ((done?.n ?? 0) < batch) break;
  }
  for (;;) {
    const old = await sql`
      delete from events where id in (
        select id from events where received_at < ${before}
        and id not in (select unnest(event_ids) from runs where ended_at is null)
        and id not in (select unnest(events) from queue where events is not null) limit ${batch})
      returning id`;
    total.events += old.length;
    if (old.length < batch) break;
  }
  await sql`delete from deduplications where expires_at < now()`;
  await sql`delete from rates where tat < ${Date.now()}`;
  return total;
}
