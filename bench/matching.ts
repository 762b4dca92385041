import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { matchOrder } from '#lib/matching/index.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const database = 'bench_matching';
const rounds = 30;

/** `npm run bench -- matching [workers] [engagements]`: how long one match takes, in the database's own transaction. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const workerCount = Number(args[0] ?? 10_000);
  const engagementCount = Number(args[1] ?? workerCount * 2);
  const url = new URL(superuserUrl);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${database}`);
  await admin.end();
  url.pathname = `/${database}`;
  await migrate(url.href);
  url.searchParams.set('role', 'mcf_app');
  const { db, sql, close } = connect(url.href, { maxConnections: 4 });
  try {
    await sql`
      insert into matching.samples (worker_id, name, characteristics, joined_at)
      select gen_random_uuid(), 'Cat ' || i, jsonb_build_object(
        'precision', (random() * 100)::int, 'strength', (random() * 100)::int, 'agility', (random() * 100)::int,
        'stealth', (random() * 100)::int, 'noise', (random() * 100)::int, 'patience', (random() * 100)::int), now()
      from generate_series(1, ${workerCount}::int) i`;
    await sql`
      insert into matching.engagements (order_id, worker_id, starts_at, ends_at, overbooked)
      select gen_random_uuid(), worker_id, begun, begun + interval '30 minutes', true
      from (select worker_id, row_number() over () n from matching.samples) s
      join lateral (select now() + (random() * 40 - 20) * interval '1 day' begun
                    from generate_series(1, 1 + (${engagementCount}::int - 1) / ${workerCount}::int) g where s.n > 0) e on true`;
    await sql`analyze matching.samples`;
    await sql`analyze matching.engagements`;
    say(`${workerCount} workers, ${engagementCount} engagements, ${rounds} matches one after another`);
    const times: number[] = [];
    for (let round = 0; round < rounds + 3; round++) {
      const ctx = createCtx(db, { kind: 'system', id: 'bench' });
      const begun = performance.now();
      await matchOrder(ctx, {
        orderId: ctx.newId(),
        startsAt: new Date(ctx.now.getTime() + 3_600_000),
        durationMinutes: 30,
        skills: ['precision', 'patience'],
        excludedWorkerId: null,
      });
      // The first ones warm the caches up.
      if (round >= 3) times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.floor(share * (times.length - 1))]! * 10) / 10;
    const goals = { p95Ms: 100 };
    return {
      figures: { workerCount, engagementCount, p50Ms: at(0.5), p95Ms: at(0.95) },
      goals,
      pass: at(0.95) < goals.p95Ms,
    };
  } finally {
    await close();
  }
}
