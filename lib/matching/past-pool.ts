import { sql } from 'drizzle-orm';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { createPool, engagementState, type Pool, putEngagement, putSample } from './pool.rules.ts';

type PastSample = {
  id: string;
  name: string;
  joined: number;
  left: number | null;
  trained: number | null;
  completed: number;
  failed: number;
};
type PastEngagement = {
  order: string;
  worker: string;
  starts: number;
  ends: number;
  taken: number;
  released: number | null;
  outcome: 'completed' | 'failed' | 'cancelled' | null;
};
type PastChange = { worker: string; at: number; characteristics: Record<string, number> };

const loadDays = 31;
const ms = (column: string) => sql.raw(`round(extract(epoch from ${column}) * 1000)::float8`);

/**
 * The samples as they were known at earlier times, asked for in the order of time. Reads everything of the time since `from`
 * once. `picks` are orders that a replay gave to somebody else: their time is taken from whom the replay picked.
 */
export async function pastPool(
  { db }: Pick<Ctx, 'db'>,
  from: Date,
): Promise<(at: Date, orderId: string, picks: ReadonlyMap<string, string>) => Pool> {
  const since = from.toISOString();
  const [samples, engagements, changes] = await Promise.all([
    db.execute<PastSample>(sql`
      select worker_id as id, name, ${ms('joined_at')} as joined, ${ms('deactivated_at')} as left, ${ms('trained_at')} as trained,
        completed_count as completed, failed_count as failed from matching.samples`),
    db.execute<PastEngagement>(sql`
      select e.order_id as order, e.worker_id as worker, ${ms('e.starts_at')} as starts, ${ms('e.ends_at')} as ends,
        ${ms('coalesce(e.taken_at, m.matched_at)')} as taken, ${ms('e.released_at')} as released, e.outcome
      from matching.engagements e join matching.match_results m using (order_id)
      where e.starts_at > ${since}::timestamptz - ${loadDays} * interval '1 day' or e.released_at > ${since}::timestamptz`),
    db.execute<PastChange>(sql`
      select worker_id as worker, ${ms('changed_at')} as at, characteristics
      from matching.sample_changes order by changed_at, id`),
  ]);
  // What is known of a worker from before the earliest change is that change.
  const known = new Map<string, Record<string, number>>();
  for (const { worker, characteristics } of changes)
    if (!known.has(worker)) known.set(worker, characteristics);
  let applied = 0;

  return (at, orderId, picks) => {
    const time = at.getTime();
    for (; applied < changes.length && changes[applied]!.at <= time; applied++)
      known.set(changes[applied]!.worker, changes[applied]!.characteristics);
    // The counters are those of today: what was not over then is taken off again.
    const later = new Map<string, { completed: number; failed: number }>();
    for (const { worker, released, outcome } of engagements) {
      if (released === null || released <= time || (outcome !== 'completed' && outcome !== 'failed'))
        continue;
      const counts = later.get(worker) ?? { completed: 0, failed: 0 };
      counts[outcome]++;
      later.set(worker, counts);
    }
    const pool = createPool(Math.max(64, samples.length));
    for (const { id, name, joined, left, trained, completed, failed } of samples)
      putSample(pool, {
        workerId: id,
        name,
        active: joined <= time && (left === null || left > time),
        characteristics: known.get(id) ?? {},
        completedCount: Math.max(0, completed - (later.get(id)?.completed ?? 0)),
        failedCount: Math.max(0, failed - (later.get(id)?.failed ?? 0)),
        trainedAt: trained !== null && trained <= time ? trained : joined,
      });
    for (const { order, worker, starts, ends, taken, released, outcome } of engagements) {
      if (order === orderId || taken > time) continue;
      const over = released !== null && released <= time;
      const counts = outcome === 'completed' || outcome === 'failed';
      putEngagement(pool, {
        orderId: order,
        workerId: picks.get(order) ?? worker,
        startsAt: starts,
        endsAt: ends,
        state: over ? (counts ? engagementState.done : engagementState.gone) : engagementState.open,
      });
    }
    return pool;
  };
}
