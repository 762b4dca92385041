import { eq, sql } from 'drizzle-orm';
import { engagements, pipelineVersions } from '#db/schema/matching.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { PipelineSpec } from './pipeline.rules.ts';
import {
  createPool,
  type EngagementRow,
  engagementState,
  forgetOldEngagements,
  type Pool,
  putEngagement,
  putSample,
  type SampleRow,
} from './pool.rules.ts';

type Live = {
  pool: Pool;
  /** The pipeline in force. */
  pipeline: { version: number; spec: PipelineSpec };
  /** Every transaction below this one was over when we last looked. */
  seenBelow: string;
  /** Engagements since the old ones were last forgotten. */
  newCount: number;
  loading?: Promise<void>;
  running?: Promise<void>;
  next?: Promise<void>;
};

// Next bundles the routes and the instrumentation apart: they share one copy. One for each database handle.
const shared = globalThis as { mcfLivePools?: WeakMap<object, Live> };

const pageSize = 20_000;
/** As long as the widest load window, and some. */
const keptDays = 35;
const forgetAfterCount = 50_000;

/**
 * The samples and the pipeline as they are now, in memory: what was committed before the call is in it, in every app instance.
 * The first call reads all of them; a further one asks for what has changed since, by transaction (see the guard), in one
 * statement.
 */
export async function livePool(ctx: Pick<Ctx, 'db' | 'now'>): Promise<Pick<Live, 'pool' | 'pipeline'>> {
  shared.mcfLivePools ??= new WeakMap();
  let live = shared.mcfLivePools.get(ctx.db);
  if (!live) {
    live = { pool: createPool(), pipeline: { version: 0, spec: { steps: [] } }, seenBelow: '0', newCount: 0 };
    shared.mcfLivePools.set(ctx.db, live);
    live.loading = load(ctx, live);
  }
  if (live.loading) {
    try {
      await live.loading;
    } catch (error) {
      shared.mcfLivePools.delete(ctx.db);
      throw error;
    }
    live.loading = undefined;
  }
  await lookAgain(ctx, live);
  return live;
}

/** A look that has already begun may miss what was committed since: then the next one, which all who wait share. */
function lookAgain(ctx: Pick<Ctx, 'db' | 'now'>, live: Live): Promise<void> {
  if (!live.running) {
    live.running = takeChanges(ctx, live).finally(() => {
      live.running = undefined;
    });
    return live.running;
  }
  live.next ??= live.running
    .catch(() => {})
    .then(() => {
      live.next = undefined;
      return lookAgain(ctx, live);
    });
  return live.next;
}

type SampleJson = [string, string, boolean, Record<string, number>, number, number, number];
type EngagementJson = [string, string, number, number, number];

const sampleFields = sql`worker_id, name, active, characteristics, completed_count, failed_count,
  round(extract(epoch from coalesce(trained_at, joined_at)) * 1000)::float8`;
const engagementFields = sql`order_id, worker_id, round(extract(epoch from starts_at) * 1000)::float8,
  round(extract(epoch from ends_at) * 1000)::float8,
  case when released_at is null then ${engagementState.open}::int
       when outcome in ('completed', 'failed') then ${engagementState.done}::int else ${engagementState.gone}::int end`;

const asSample = ([
  workerId,
  name,
  active,
  characteristics,
  completedCount,
  failedCount,
  trainedAt,
]: SampleJson): SampleRow => ({
  workerId,
  name,
  active,
  characteristics,
  completedCount,
  failedCount,
  trainedAt,
});
const asEngagement = ([orderId, workerId, startsAt, endsAt, state]: EngagementJson) =>
  ({ orderId, workerId, startsAt, endsAt, state }) satisfies EngagementRow;

async function load({ db, now }: Pick<Ctx, 'db' | 'now'>, live: Live): Promise<void> {
  // Taken first: what changes while we read page after page is asked for once more by the next look.
  const [first] = await db.execute<{ seen: string }>(
    sql`select pg_snapshot_xmin(pg_current_snapshot())::text as seen`,
  );
  live.seenBelow = first!.seen;
  const nil = '00000000-0000-0000-0000-000000000000';
  for (let after = nil; ; ) {
    const [page] = await db.execute<{ rows: SampleJson[] | null }>(sql`
      select json_agg(json_build_array(${sampleFields}) order by worker_id) as rows from
        (select * from matching.samples where worker_id > ${after}::uuid order by worker_id limit ${pageSize}) s`);
    for (const row of page!.rows ?? []) putSample(live.pool, asSample(row));
    if ((page!.rows?.length ?? 0) < pageSize) break;
    after = page!.rows!.at(-1)![0];
  }
  const since = new Date(now.getTime() - keptDays * 86_400_000).toISOString();
  for (let after = nil; ; ) {
    const [page] = await db.execute<{ rows: EngagementJson[] | null }>(sql`
      select json_agg(json_build_array(${engagementFields}) order by order_id) as rows from
        (select * from matching.engagements where order_id > ${after}::uuid and ends_at > ${since}::timestamptz
         order by order_id limit ${pageSize}) e`);
    for (const row of page!.rows ?? []) putEngagement(live.pool, asEngagement(row));
    if ((page!.rows?.length ?? 0) < pageSize) break;
    after = page!.rows!.at(-1)![0];
  }
}

async function takeChanges({ db, now }: Pick<Ctx, 'db' | 'now'>, live: Live): Promise<void> {
  // Prepared: one round trip and one plan instead of two of each for every match.
  const [found] = await db
    .select({
      seen: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text`,
      samples: sql<
        SampleJson[] | null
      >`(select json_agg(json_build_array(${sampleFields})) from matching.samples
        where changed_in >= ${live.seenBelow}::bigint)`,
      engagements: sql<
        EngagementJson[] | null
      >`(select json_agg(json_build_array(${engagementFields})) from matching.engagements
        where changed_in >= ${live.seenBelow}::bigint)`,
      pipeline: sql<Live['pipeline'] | null>`(select json_build_object('version', version, 'spec', spec) from
        ${pipelineVersions} where version > ${live.pipeline.version}::int order by version desc limit 1)`,
    })
    .from(sql`(values (1)) one`)
    .prepare('matching_take_changes')
    .execute();
  for (const row of found!.samples ?? []) putSample(live.pool, asSample(row));
  for (const row of found!.engagements ?? []) putEngagement(live.pool, asEngagement(row));
  if (found!.pipeline) live.pipeline = found!.pipeline;
  if (live.pipeline.version === 0)
    throw new Error('No pipeline was ever published: the migrations did not run.');
  live.seenBelow = found!.seen;
  live.newCount += found!.engagements?.length ?? 0;
  if (live.newCount > forgetAfterCount) {
    forgetOldEngagements(live.pool, now.getTime() - keptDays * 86_400_000);
    live.newCount = 0;
  }
}

/** After a match that did not come about: what its order really has, instead of what was noted ahead. */
export async function reviseEngagement(
  { db }: Pick<Ctx, 'db'>,
  pool: Pool,
  noted: EngagementRow,
): Promise<void> {
  const [row] = await db.select().from(engagements).where(eq(engagements.orderId, noted.orderId));
  const state = row?.releasedAt ? engagementState.gone : engagementState.open;
  putEngagement(
    pool,
    row
      ? {
          orderId: row.orderId,
          workerId: row.workerId,
          startsAt: row.startsAt.getTime(),
          endsAt: row.endsAt.getTime(),
          state: row.outcome === 'completed' || row.outcome === 'failed' ? engagementState.done : state,
        }
      : { ...noted, state: engagementState.gone },
  );
}
