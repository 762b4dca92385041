import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '#db/client.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, freshDatabase, testCtx, testNow } from '#lib/kernel/testing.ts';
import { addSample, deactivateSample, publishPipeline, saveDraft } from './index.ts';
import { livePool } from './live-pool.ts';
import { engagementState, type Pool } from './pool.rules.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let ctx: Ctx;
beforeAll(async () => {
  database = await freshDatabase();
  ctx = testCtx(database.db);
});
afterAll(() => database.close());

/** What a copy in memory says, in words that do not depend on the order in which it learnt it. */
function readCopy(pool: Pool) {
  const samples = pool.workerIds.map((id, slot) => [
    id,
    pool.names[slot],
    pool.active[slot] === 1,
    pool.characteristics.get('precision')?.[slot] ?? 255,
    pool.completed[slot],
  ]);
  const { calendar } = pool;
  const engaged = [...calendar.indexOf].flatMap(([order, index]) =>
    calendar.state[index] === engagementState.open
      ? [[order, pool.workerIds[calendar.slots[index]!], calendar.startsAt[index]]]
      : [],
  );
  return { samples: samples.sort(), engaged: engaged.sort() };
}

async function readCommitted() {
  const samples = await database.db.execute<{ row: unknown[] }>(sql`
    select json_build_array(worker_id, name, active, coalesce((characteristics->>'precision')::int, 255), completed_count) as row
    from matching.samples`);
  const engaged = await database.db.execute<{ row: unknown[] }>(sql`
    select json_build_array(order_id, worker_id, round(extract(epoch from starts_at) * 1000)::float8) as row
    from matching.engagements where released_at is null`);
  return { samples: samples.map(({ row }) => row).sort(), engaged: engaged.map(({ row }) => row).sort() };
}

describe('the copy in memory of each app instance', () => {
  test('is what was committed before the look, whatever order transactions begin, write and end in', async () => {
    const instances = [connect(database.url), connect(database.url)];
    const writers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const connection = connect(database.url, { maxConnections: 1 });
        return { connection, sql: (await connection.sql.reserve()) as postgres.ReservedSql };
      }),
    );
    const { newId } = ctx;
    // Each writer has workers of its own: none waits for another's lock.
    const workers = writers.map(() => [newId(), newId(), newId()]);
    const orders: string[][] = writers.map(() => []);
    const at = (hours: number) => new Date(testNow.getTime() + hours * 3_600_000).toISOString();
    let hour = 0;
    const writes = {
      add: ({ w, which, value }) =>
        writers[w]!.sql`insert into matching.samples (worker_id, name, characteristics, joined_at)
          values (${workers[w]![which]!}, ${`Cat ${value}`}, jsonb_build_object('precision', ${value}::int), ${at(0)})
          on conflict (worker_id) do update set name = excluded.name, characteristics = excluded.characteristics`,
      leave: ({ w, which, value }) =>
        writers[w]!
          .sql`update matching.samples set active = ${value % 2 === 0} where worker_id = ${workers[w]![which]!}`,
      count: ({ w, which }) =>
        writers[w]!
          .sql`update matching.samples set completed_count = completed_count + 1 where worker_id = ${workers[w]![which]!}`,
      engage: async ({ w, which }) => {
        const orderId = newId();
        orders[w]!.push(orderId);
        hour++;
        await writers[w]!.sql`
          insert into matching.engagements (order_id, worker_id, starts_at, ends_at, overbooked)
          select ${orderId}, worker_id, ${at(hour)}::timestamptz, ${at(hour + 1)}::timestamptz, false
          from matching.samples where worker_id = ${workers[w]![which]!}`;
      },
      release: ({ w, value }) =>
        writers[w]!
          .sql`update matching.engagements set released_at = ${at(hour)}, outcome = 'completed' where order_id = ${orders[w]!.at(-1 - (value % 3)) ?? newId()}`,
    } satisfies Record<string, (step: { w: number; which: number; value: number }) => PromiseLike<unknown>>;
    const step = fc.record({
      what: fc.constantFrom(
        ...(Object.keys(writes) as (keyof typeof writes)[]),
        'commit',
        'roll back',
        'look',
      ),
      w: fc.nat(2),
      which: fc.nat(2),
      value: fc.nat(100),
    });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          const open = new Set<number>();
          const end = async (w: number, how: 'commit' | 'rollback') => {
            if (open.delete(w)) await writers[w]!.sql.unsafe(how);
          };
          const look = async () => {
            const committed = await readCommitted();
            for (const { db } of instances)
              expect(readCopy((await livePool({ db, now: testNow })).pool)).toEqual(committed);
          };
          for (const { what, ...given } of steps) {
            if (what === 'look') await look();
            else if (what === 'commit') await end(given.w, 'commit');
            else if (what === 'roll back') await end(given.w, 'rollback');
            else {
              if (!open.has(given.w)) await writers[given.w]!.sql`begin`;
              open.add(given.w);
              await writes[what](given);
            }
          }
          for (const w of [...open]) await end(w, 'commit');
          await look();
        }),
        { numRuns: 40 },
      );
    } finally {
      for (const { sql: reserved, connection } of writers) {
        reserved.release();
        await connection.close();
      }
      for (const { close } of instances) await close();
    }
  });

  test('of another process sees a change, and a published pipeline, in the next match within a second', async () => {
    await database.db.execute(sql`update matching.samples set active = false`);
    const other = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createInterface } from 'node:readline';
         const { connect } = await import('#db/client.ts');
         const { createCtx } = await import('#lib/kernel/ctx.ts');
         const { matchOrder, matchOf } = await import('#lib/matching/index.ts');
         const { db } = connect(process.env.DATABASE_URL);
         const now = new Date(process.env.TEST_NOW);
         for await (const line of createInterface({ input: process.stdin }))
           console.log(JSON.stringify(await matchOrder(createCtx(db, { kind: 'system', id: 'other' }, now), JSON.parse(line))));
         process.exit(0);`,
      ],
      {
        cwd: process.cwd(),
        env: { ...process.env, DATABASE_URL: database.url, TEST_NOW: testNow.toISOString() },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const answers = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    let hours = 1000;
    const match = async () => {
      const order = {
        orderId: ctx.newId(),
        startsAt: new Date(testNow.getTime() + ++hours * 3_600_000),
        durationMinutes: 60,
        skills: ['precision'],
        excludedWorkerId: null,
      };
      other.stdin.write(`${JSON.stringify(order)}\n`);
      const begun = performance.now();
      const line = await answers.next();
      return {
        ...(JSON.parse(line.value!) as { workerId: string; costCents: string }),
        tookMs: performance.now() - begun,
      };
    };
    try {
      const first = ctx.newId();
      const star = ctx.newId();
      await addSample(ctx, { workerId: first, name: 'First', characteristics: { precision: 10 } });
      expect((await match()).workerId).toBe(first);

      await addSample(ctx, { workerId: star, name: 'Star', characteristics: { precision: 100 } });
      const seen = await match();
      expect(seen.workerId).toBe(star);
      expect(seen.tookMs).toBeLessThan(1000);

      await database.db.execute(
        sql`update matching.samples set characteristics = '{"precision": 1}' where worker_id = ${star}`,
      );
      expect((await match()).workerId).toBe(first);

      await deactivateSample(ctx, { workerId: first });
      expect((await match()).workerId).toBe(star);

      const manager = as(ctx, 'manager');
      const { version, spec } = (await livePool(ctx)).pipeline;
      const steps = spec.steps.map((each) =>
        each.type === 'constant_price' ? { ...each, params: { amountCents: 7700 } } : each,
      );
      const draft = await saveDraft(manager, { spec: { steps }, revision: 0, basedOnVersion: version });
      await publishPipeline(manager, { revision: draft.revision, note: 'dearer or not' });
      expect((await match()).costCents).toBe('7700');
    } finally {
      other.stdin.end();
      if (other.exitCode === null) await once(other, 'exit');
    }
  });
});
