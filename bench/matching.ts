import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { type Match, matchOrder } from '#lib/matching/index.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const rounds = 60;
const warmUps = 5;
const ratePerSecond = 50;
const rateSeconds = 10;
const goals = {
  p50Ms: 25,
  p95Ms: 50,
  memoryMb: 200,
  notSlowerThanSql: true,
  matchesPerSecond: ratePerSecond,
  overlaps: 0,
  seenWithinMs: 1000,
};

/** Eight built-in filters and scores, before combining, picking and pricing. */
const eightSteps = [
  ['not_excluded', 0, {}],
  ['available', 0, {}],
  ['travel_gap', 0, { minutes: 15 }],
  ['required_skills', 0, { minimum: 20 }],
  ['skill', 3, {}],
  ['client_history', 1, { priorPercent: 80, priorOrders: 2 }],
  ['reliability', 2, { priorPercent: 90, priorOrders: 5 }],
  ['fair_load', 1, { windowDays: 30 }],
  ['combine_mean', 0, {}],
  ['pick_best', 0, { explorePercent: 0, exploreAmong: 10 }],
  ['constant_price', 0, { amountCents: 10000 }],
] as const;

/**
 * `npm run bench -- matching [workers …]`: how long one match takes with eight built-in steps, from the call to the commit;
 * beside it one SQL query that filters and scores the same on the same tables. Without sizes: 10,000, 100,000 and, for the
 * curve, 300,000 and 1,000,000 workers with two engagements each. The goals are those of 100,000.
 */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const sizes = args.length ? args.map(Number) : [10_000, 100_000, 300_000, 1_000_000];
  const judged = sizes.includes(100_000) ? 100_000 : sizes[0]!;
  const curve: Record<string, unknown>[] = [];
  let pass = false;
  for (const workerCount of sizes) {
    const figures = await measure(superuserUrl, workerCount, workerCount === judged, say);
    say(JSON.stringify(figures));
    curve.push(figures);
    if (workerCount === judged)
      pass =
        figures.p50Ms < goals.p50Ms &&
        figures.p95Ms < goals.p95Ms &&
        figures.memoryMb < goals.memoryMb &&
        figures.p50Ms <= figures.sqlP50Ms &&
        (figures.burst?.matchesPerSecond ?? 0) >= ratePerSecond * 0.98 &&
        figures.burst?.overlaps === 0 &&
        figures.burst.seenWithinMs < goals.seenWithinMs;
  }
  return { figures: { judged, curve }, goals, pass };
}

async function measure(
  superuserUrl: string,
  workerCount: number,
  withBurst: boolean,
  say: (line: string) => void,
) {
  const database = `bench_matching_${workerCount}`;
  const url = new URL(superuserUrl);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${database}`);
  url.pathname = `/${database}`;
  await migrate(url.href);
  const fill = postgres(url.href, { max: 1, onnotice: () => {} });
  url.searchParams.set('role', 'mcf_app');
  const { db, sql, close } = connect(url.href, { maxConnections: 16 });
  // A hundred orders behind each client.
  const clients = Array.from(
    { length: workerCount / 100 },
    (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  );
  try {
    // Triggers off while filling: a million rows one by one are not what is measured.
    await fill`set session_replication_role = replica`;
    const [constraint] = await fill<{ as: string }[]>`
      select pg_get_constraintdef(oid) as as from pg_constraint where conname = 'engagements_no_overlap'`;
    await fill`alter table matching.engagements drop constraint engagements_no_overlap`;
    await fill`
      insert into matching.samples (worker_id, name, characteristics, completed_count, failed_count, joined_at)
      select gen_random_uuid(), 'Cat ' || i, jsonb_build_object(
        'precision', (random() * 100)::int, 'strength', (random() * 100)::int, 'agility', (random() * 100)::int,
        'stealth', (random() * 100)::int, 'noise', (random() * 100)::int, 'patience', (random() * 100)::int),
        (random() * 200)::int, (random() * 10)::int, now() - random() * interval '400 days'
      from generate_series(1, ${workerCount}::int) i`;
    // Two for each: one of the past, done, and one that is still to come.
    await fill`
      insert into matching.engagements (order_id, worker_id, client_id, starts_at, ends_at, overbooked, taken_at, released_at, outcome)
      select gen_random_uuid(), worker_id, (${clients}::uuid[])[1 + (random() * ${clients.length - 1}::int)::int], begun, begun + interval '30 minutes', false,
        begun - interval '1 day', case when past then begun + interval '40 minutes' end, case when past then 'completed' end
      from matching.samples
      cross join (values (true), (false)) as two (past)
      cross join lateral (select now() + (case when past then -1 else 1 end) * (random() * 20 + 0.05) * interval '1 day' as begun
                          where worker_id is not null) b`;
    await fill`set session_replication_role = origin`;
    await fill.unsafe(
      `alter table matching.engagements add constraint engagements_no_overlap ${constraint!.as}`,
    );
    await fill`insert into matching.pipeline_versions (version, spec, note, published_at, published_by)
      values (2, ${fill.json({
        steps: eightSteps.map(([type, weight, params]) => ({
          key: type,
          type,
          enabled: true,
          weight,
          params,
        })),
      })}, 'bench', now(), 'bench')`;
    await fill`analyze`;
    say(`${workerCount} workers, ${workerCount * 2} engagements, eight steps`);

    const ctx = () => createCtx(db, { kind: 'system', id: 'bench' });
    const order = (inMinutes: number) => {
      const { now, newId } = ctx();
      return {
        orderId: newId(),
        clientId: clients[Math.floor(Math.random() * clients.length)]!,
        startsAt: new Date(now.getTime() + inMinutes * 60_000),
        durationMinutes: 30,
        skills: ['precision', 'patience'],
        excludedWorkerId: null,
      };
    };
    const before = held();
    const loadBegun = performance.now();
    await matchOrder(ctx(), order(60));
    const firstMs = performance.now() - loadBegun;

    const times: number[] = [];
    const cpuBegun = process.cpuUsage();
    for (let round = 0; round < rounds + warmUps; round++) {
      const asked = order(60 + round);
      const begun = performance.now();
      await matchOrder(ctx(), asked);
      if (round >= warmUps) times.push(performance.now() - begun);
    }
    const cpu = process.cpuUsage(cpuBegun);
    const after = held();
    const inSql: number[] = [];
    for (let round = 0; round < (workerCount > 200_000 ? 5 : 15); round++) {
      const begun = performance.now();
      await bestInOneQuery(sql, order(60 + round));
      if (round >= 2) inSql.push(performance.now() - begun);
    }
    return {
      workerCount,
      p50Ms: at(times, 0.5),
      p95Ms: at(times, 0.95),
      sqlP50Ms: at(inSql, 0.5),
      sqlP95Ms: at(inSql, 0.95),
      // Of this process; unlike the times it does not depend on what else the machine does.
      cpuMsEach: Math.round((cpu.user + cpu.system) / 100 / (rounds + warmUps)) / 10,
      firstMs: Math.round(firstMs),
      memoryMb: Math.round((after - before) / 1e6),
      burst: withBurst ? await burst() : undefined,
    };

    /** Matches begun at an even rate for some seconds, and a worker who joins meanwhile. */
    async function burst() {
      const count = ratePerSecond * rateSeconds;
      const begun = performance.now();
      const took: number[] = [];
      const matches: Promise<Match | null>[] = [];
      for (let i = 0; i < count; i++) {
        const due = begun + (i * 1000) / ratePerSecond;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        const started = performance.now();
        // All of them want about the same hour, so that they want the same workers.
        matches.push(
          matchOrder(ctx(), order(300 + (i % 20))).then((match) => {
            took.push(performance.now() - started);
            return match;
          }),
        );
      }
      const done = await Promise.all(matches);
      const seconds = (performance.now() - begun) / 1000;
      const [found] = await sql<{ overlaps: number }[]>`
        select count(*)::int as overlaps from matching.engagements a join matching.engagements b
          on a.worker_id = b.worker_id and a.order_id < b.order_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
        where a.released_at is null and b.released_at is null`;
      // A change of a worker made by somebody else, and the next match.
      const asked = order(10_000);
      const star = ctx().newId();
      await sql`insert into matching.samples (worker_id, name, characteristics, completed_count, joined_at)
        values (${star}, 'Star', ${JSON.stringify({ precision: 100, patience: 100 })}::jsonb, 1000, now())`;
      const seenBegun = performance.now();
      const seen = (await matchOrder(ctx(), { ...asked, clientId: null }))?.workerId === star;
      return {
        // The last ones may still have been under way when their second was over.
        matchesPerSecond: Math.round((done.filter(Boolean).length / seconds) * 10) / 10,
        p50Ms: at(took, 0.5),
        p95Ms: at(took, 0.95),
        overlaps: found!.overlaps,
        seenWithinMs: seen ? Math.round(performance.now() - seenBegun) : Number.POSITIVE_INFINITY,
      };
    }
  } finally {
    await close();
    await fill.end();
    await admin.unsafe(`drop database ${database} with (force)`);
    await admin.end();
  }
}

/** The same filters and scores as a person would write them in SQL. */
async function bestInOneQuery(
  sql: postgres.Sql,
  { clientId, startsAt, durationMinutes }: { clientId: string; startsAt: Date; durationMinutes: number },
) {
  return sql`
    with o as (select ${startsAt.toISOString()}::timestamptz as s, ${startsAt.toISOString()}::timestamptz + ${durationMinutes} * interval '1 minute' as e),
    near as (
      select worker_id, count(*) as nearby,
        bool_or(released_at is null and starts_at < o.e + interval '15 minutes' and ends_at > o.s - interval '15 minutes') as busy
      from matching.engagements, o
      where (released_at is null or outcome in ('completed', 'failed'))
        and starts_at between o.s - interval '30 days' and o.s + interval '30 days'
      group by worker_id),
    with_client as (
      select worker_id, count(*) filter (where outcome = 'completed') as good, count(*) as all_
      from matching.engagements where client_id = ${clientId} and outcome is not null group by worker_id)
    select w.worker_id,
      (3 * ((characteristics->>'precision')::int + (characteristics->>'patience')::int) / 2.0
        + 100 * (coalesce(good, 0) + 1.6) / (coalesce(all_, 0) + 2)
        + 2 * 100 * (completed_count + 4.5) / (completed_count + failed_count + 5)
        + 100.0 / (1 + coalesce(nearby, 0))) / 7 as rating
    from matching.samples w
    left join near using (worker_id)
    left join with_client using (worker_id)
    where w.active and not coalesce(busy, false)
      and (characteristics->>'precision')::int >= 20 and (characteristics->>'patience')::int >= 20
    order by rating desc limit 10`;
}

/** What is in use after a garbage collection, in bytes. */
function held(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(share * (sorted.length - 1))]! * 10) / 10;
}
