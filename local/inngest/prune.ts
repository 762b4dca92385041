import type { AnySql } from './database.ts';

/** Deletes ended runs with their steps, and events that no open run needs, older than the cutoff; a batch at a time. */
export async function pruneHistory(sql: AnySql, before: Date, batch = 2000): Promise<void> {
  for (let n = batch; n === batch; )
    [{ n }] = (await sql`
      with old as (delete from runs where id in (select id from runs where ended_at < ${before} limit ${batch}) returning id),
      gone as (delete from steps where run_id in (select id from old))
      select count(*)::int as n from old`) as unknown as [{ n: number }];
  for (let n = batch; n === batch; )
    n = (
      await sql`
        delete from events where id in (
          select id from events where received_at < ${before}
          and id not in (select unnest(event_ids) from runs where ended_at is null)
          and id not in (select unnest(events) from queue where events is not null) limit ${batch})`
    ).count;
  await sql`delete from deduplications where expires_at < now()`;
  await sql`delete from rates where tat < ${Date.now()}`;
}
