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

/** What happens later; of an end, how the order ended. */
const happening = {
  joined: 0,
  left: 1,
  trained: 2,
  changed: 3,
  taken: 4,
  completed: 5,
  failed: 6,
  cancelled: 7,
} as const;
type Happening = (typeof happening)[keyof typeof happening];

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
  // A few numbers each: there may be one for every worker and two for every order.
  const events: { at: number[]; what: Happening[]; ref: number[] } = { at: [], what: [], ref: [] };
  const later = (at: number | null, what: Happening, ref: number) => {
    if (at === null || at <= begun || at > over) return;
    events.at.push(at);
    events.what.push(what);
    events.ref.push(ref);
  };
  /** Of an engagement, by its place in the calendar: the worker that really had it. */
  const realSlots: number[] = [];
  const changed: { slot: number; characteristics: Record<string, number> }[] = [];

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
      if (left === null || left > joined) later(joined, happening.joined, slot);
      later(left, happening.left, slot);
      later(trained, happening.trained, slot);
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
      // Of nobody until the replay says whose: then it is not there yet either.
      const workerId = (isReplayed ? picks.get(orderId) : realWorkerId) ?? realWorkerId;
      const isDecided = !isReplayed || picks.has(orderId);
      const ended =
        outcome === 'completed' || outcome === 'failed' ? engagementState.done : engagementState.gone;
      const state = released !== null && released <= begun ? ended : engagementState.open;
      putEngagement(pool, {
        orderId,
        workerId,
        startsAt,
        endsAt,
        state: taken <= begun && isDecided ? state : engagementState.gone,
      });
      const index = pool.calendar.indexOf.get(orderId);
      if (index === undefined) return;
      realSlots[index] = pool.slotOf.get(realWorkerId) ?? -1;
      if (isDecided) later(taken, happening.taken, index);
      later(released, happening[outcome ?? 'cancelled'], index);
    },
  );
  await inPages<ChangeJson>(
    db,
    (after) => sql`
      select json_agg(json_build_array(id, worker_id, ${ms('changed_at')}, characteristics) order by id) as rows
      from (select * from matching.sample_changes where id > ${after}::uuid and changed_at > ${since}::timestamptz
        and changed_at <= ${until}::timestamptz order by id limit ${pageSize}) c`,
    ([, workerId, at, characteristics]) => {
      const slot = pool.slotOf.get(workerId);
      if (slot === undefined) return;
      later(at, happening.changed, changed.length);
      changed.push({ slot, characteristics });
    },
  );
  const order = Uint32Array.from(events.at.keys()).sort((a, b) => events.at[a]! - events.at[b]! || a - b);

  const { active, trainedAt, completed, failed, calendar, names, workerIds } = pool;
  const happen = (at: number, what: Happening, ref: number) => {
    if (what === happening.joined) active[ref] = 1;
    else if (what === happening.left) active[ref] = 0;
    else if (what === happening.trained) trainedAt[ref] = at;
    else if (what === happening.taken) calendar.state[ref] = engagementState.open;
    else if (what === happening.changed) {
      const { slot, characteristics } = changed[ref]!;
      putSample(pool, {
        workerId: workerIds[slot]!,
        name: names[slot]!,
        active: active[slot] === 1,
        characteristics,
        completedCount: completed[slot]!,
        failedCount: failed[slot]!,
        trainedAt: trainedAt[slot]!,
      });
    } else {
      calendar.state[ref] = what === happening.cancelled ? engagementState.gone : engagementState.done;
      // How it would have ended for another nobody knows: histories stay as they were.
      const slot = realSlots[ref]!;
      if (slot >= 0 && what === happening.completed) completed[slot]!++;
      if (slot >= 0 && what === happening.failed) failed[slot]!++;
    }
  };
  let next = 0;
  return {
    pool,
    advance: (instant) => {
      for (const time = instant.getTime(); next < order.length && events.at[order[next]!]! <= time; next++) {
        const event = order[next]!;
        happen(events.at[event]!, events.what[event]!, events.ref[event]!);
      }
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
