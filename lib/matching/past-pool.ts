import { sql } from 'drizzle-orm';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { createPool, engagementState, type Pool, putEngagement, putSample } from './pool.rules.ts';

/** The samples as they were known at a time that goes forward. */
export type PastPool = {
  pool: Pool;
  /** Lets time go on: what was known at that instant, and nothing that came later. */
  advance: (to: Date) => void;
  /** What a replay has decided: from now on the order takes this worker's time. */
  take: (order: { orderId: string; startsAt: Date; endsAt: Date }, workerId: string) => void;
};

type SampleJson = [
  id: string,
  name: string,
  joined: number,
  left: number | null,
  trained: number | null,
  completed: number,
  failed: number,
  characteristics: Record<string, number> | null,
];
type EngagementJson = [
  order: string,
  worker: string,
  starts: number,
  ends: number,
  taken: number,
  released: number | null,
  outcome: 'completed' | 'failed' | 'cancelled' | null,
  isReplayed: boolean,
];
type ChangeJson = [id: string, worker: string, at: number, characteristics: Record<string, number>];

const loadDays = 31;
/** Read in small pieces: requests that are served by the same process wait for none of them. */
const pageSize = 2000;
const ms = (column: string) => sql.raw(`round(extract(epoch from ${column}) * 1000)::float8`);

/**
 * The samples as they were known at `from`, to be asked in the order of time until `to`. Everything is read once, and what
 * happens later is applied when its time comes, so an order costs no more than in real life. `picks` are orders that the replay
 * has already given to somebody; other orders of the replay take nobody's time until it says whose.
 */
export async function pastPool(
  { db }: Pick<Ctx, 'db'>,
  { from, to, picks }: { from: Date; to: Date; picks: ReadonlyMap<string, string> },
): Promise<PastPool> {
  const [since, until] = [from.toISOString(), to.toISOString()];
  const [begun, over] = [from.getTime(), to.getTime()];
  const pool = createPool();
  const events: { at: number; happen: () => void }[] = [];
  const later = (at: number | null, happen: () => void) => {
    if (at !== null && at > begun && at <= over) events.push({ at, happen });
  };

  await inPages<SampleJson>(
    db,
    (after) => sql`
      select json_agg(json_build_array(s.worker_id, name, ${ms('joined_at')}, ${ms('deactivated_at')}, ${ms('trained_at')},
        completed_count - l.completed, failed_count - l.failed, coalesce(
          (select characteristics from matching.sample_changes c where c.worker_id = s.worker_id
            and changed_at <= ${since}::timestamptz order by changed_at desc, id desc limit 1),
          (select characteristics from matching.sample_changes c where c.worker_id = s.worker_id
            order by changed_at, id limit 1))) order by s.worker_id) as rows
      from (select * from matching.samples where worker_id > ${after}::uuid order by worker_id limit ${pageSize}) s
      cross join lateral (select count(*) filter (where outcome = 'completed') as completed,
          count(*) filter (where outcome = 'failed') as failed
        from matching.engagements e where e.worker_id = s.worker_id and released_at > ${since}::timestamptz) l`,
    ([workerId, name, joined, left, trained, completedCount, failedCount, characteristics]) => {
      putSample(pool, {
        workerId,
        name,
        active: joined <= begun && (left === null || left > begun),
        characteristics: characteristics ?? {},
        completedCount: Math.max(0, completedCount),
        failedCount: Math.max(0, failedCount),
        trainedAt: trained !== null && trained <= begun ? trained : joined,
      });
      const slot = pool.slotOf.get(workerId)!;
      if (left === null || left > joined)
        later(joined, () => {
          pool.active[slot] = 1;
        });
      later(left, () => {
        pool.active[slot] = 0;
      });
      later(trained, () => {
        pool.trainedAt[slot] = trained!;
      });
    },
  );
  await inPages<EngagementJson>(
    db,
    (after) => sql`
      select json_agg(json_build_array(order_id, worker_id, ${ms('starts_at')}, ${ms('ends_at')},
        ${ms('coalesce(taken_at, matched_at)')}, ${ms('released_at')}, outcome,
        asked and matched_at >= ${since}::timestamptz and matched_at < ${until}::timestamptz) order by order_id) as rows
      from (select e.*, m.matched_at, m.asked is not null as asked
        from matching.engagements e join matching.match_results m using (order_id)
        where order_id > ${after}::uuid
          and (e.starts_at > ${since}::timestamptz - ${loadDays} * interval '1 day' or e.released_at > ${since}::timestamptz)
        order by order_id limit ${pageSize}) e`,
    ([orderId, realWorkerId, startsAt, endsAt, taken, released, outcome, isReplayed]) => {
      const workerId = isReplayed ? picks.get(orderId) : realWorkerId;
      const counts = outcome === 'completed' || outcome === 'failed';
      const ended = counts ? engagementState.done : engagementState.gone;
      const put = (state: number) => {
        if (workerId !== undefined) putEngagement(pool, { orderId, workerId, startsAt, endsAt, state });
      };
      if (taken <= begun) put(released !== null && released <= begun ? ended : engagementState.open);
      else later(taken, () => put(engagementState.open));
      later(released, () => {
        const index = pool.calendar.indexOf.get(orderId);
        if (index !== undefined) pool.calendar.state[index] = ended;
        // How it would have ended for another nobody knows: histories stay as they were.
        const slot = pool.slotOf.get(realWorkerId);
        if (slot === undefined || !counts) return;
        pool[outcome][slot]!++;
      });
    },
  );
  await inPages<ChangeJson>(
    db,
    (after) => sql`
      select json_agg(json_build_array(id, worker_id, ${ms('changed_at')}, characteristics) order by id) as rows
      from (select * from matching.sample_changes where id > ${after}::uuid and changed_at > ${since}::timestamptz
        and changed_at <= ${until}::timestamptz order by id limit ${pageSize}) c`,
    ([, workerId, changed, characteristics]) =>
      later(changed, () => {
        const slot = pool.slotOf.get(workerId);
        if (slot === undefined) return;
        putSample(pool, {
          workerId,
          name: pool.names[slot]!,
          active: pool.active[slot] === 1,
          characteristics,
          completedCount: pool.completed[slot]!,
          failedCount: pool.failed[slot]!,
          trainedAt: pool.trainedAt[slot]!,
        });
      }),
  );
  events.sort((a, b) => a.at - b.at);

  let next = 0;
  return {
    pool,
    advance: (instant) => {
      for (const time = instant.getTime(); next < events.length && events[next]!.at <= time; next++)
        events[next]!.happen();
    },
    take: ({ orderId, startsAt, endsAt }, workerId) =>
      putEngagement(pool, {
        orderId,
        workerId,
        startsAt: startsAt.getTime(),
        endsAt: endsAt.getTime(),
        state: engagementState.open,
      }),
  };
}

/** Reads all rows, by the id that each begins with. */
async function inPages<Row extends [string, ...unknown[]]>(
  db: Ctx['db'],
  page: (after: string) => ReturnType<typeof sql>,
  each: (row: Row) => void,
): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const [found] = await db.execute<{ rows: Row[] | null }>(page(after));
    const rows = found?.rows ?? [];
    for (const row of rows) each(row);
    if (rows.length < pageSize) return;
    after = rows.at(-1)![0];
  }
}
