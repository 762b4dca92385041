import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engagements, matchResults, sampleChanges, samples } from '#db/schema/matching.ts';
import { freshDatabase, testCtx, testNow } from '#lib/kernel/testing.ts';
import { pastPool } from './past-pool.ts';
import { engagementState, type Pool } from './pool.rules.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

const at = (hours: number) => new Date(testNow.getTime() + hours * 3_600_000);
const hours = fc.integer({ min: 1, max: 60 });
const history = fc.array(
  fc.record({
    joined: fc.integer({ min: 0, max: 30 }),
    left: fc.option(hours),
    trained: fc.option(hours),
    changes: fc.array(fc.record({ at: hours, precision: fc.nat(100) }), { maxLength: 3 }),
    orders: fc.array(
      fc.record({
        taken: hours,
        starts: hours,
        released: fc.option(hours),
        outcome: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const, null),
        isAsked: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** What a pool says, in words that do not depend on the order in which it learnt it. */
function read(pool: Pool) {
  const { calendar } = pool;
  return {
    samples: pool.workerIds
      .map((id, slot) => [
        id,
        pool.active[slot],
        pool.characteristics.get('precision')?.[slot] ?? 255,
        pool.completed[slot],
        pool.failed[slot],
        pool.trainedAt[slot],
      ])
      .sort(),
    engaged: [...calendar.indexOf]
      .filter(([, index]) => calendar.state[index] !== engagementState.gone)
      .map(([order, index]) => [order, calendar.slots[index], calendar.state[index]])
      .sort(),
  };
}

test('time that goes forward comes to the same as looking at that time, and decides nothing for the replay', async () => {
  const ctx = testCtx(database.db);
  const { db } = database;
  await fc.assert(
    fc.asyncProperty(history, fc.array(hours, { minLength: 1, maxLength: 4 }), async (workers, looks) => {
      await db
        .transaction(async (tx) => {
          const replayed: {
            orderId: string;
            taken: number;
            workerId: string;
            startsAt: Date;
            endsAt: Date;
          }[] = [];
          let hour = 0;
          for (const { joined, left, trained, changes, orders } of workers) {
            const workerId = ctx.newId();
            const ended = orders.map((each) => ({
              ...each,
              released: each.released === null ? null : Math.max(each.released, each.taken + 1),
            }));
            const count = (which: string) =>
              ended.filter(({ released, outcome }) => released !== null && outcome === which).length;
            const leaves = left === null ? null : Math.max(left, joined);
            await tx.insert(samples).values({
              workerId,
              name: 'Cat',
              characteristics: { precision: 50 },
              active: leaves === null,
              completedCount: count('completed'),
              failedCount: count('failed'),
              joinedAt: at(joined),
              trainedAt: trained === null ? null : at(Math.max(trained, joined)),
              deactivatedAt: leaves === null ? null : at(leaves),
            });
            for (const [i, change] of changes.entries())
              await tx.insert(sampleChanges).values({
                workerId,
                changedAt: new Date(at(joined + change.at).getTime() + i),
                characteristics: { precision: change.precision },
                active: true,
              });
            for (const { taken, released, outcome, isAsked } of ended) {
              const orderId = ctx.newId();
              hour += 2;
              const [startsAt, endsAt] = [at(hour), at(hour + 1)];
              await tx.insert(engagements).values({
                ...{ orderId, workerId, startsAt, endsAt, overbooked: true, takenAt: at(taken) },
                ...(released !== null && { releasedAt: at(released), outcome }),
              });
              await tx.insert(matchResults).values({
                id: ctx.newId(),
                orderId,
                workerId,
                costCents: 1n,
                trace: { version: '1', steps: [], top: [], overbooked: false, tookMs: 0 },
                asked: isAsked ? ({} as never) : null,
                matchedAt: at(taken),
              });
              if (isAsked && taken >= 1 && taken < 61)
                replayed.push({ orderId, taken, workerId, startsAt, endsAt });
            }
          }
          const given = { db: tx as never };
          const going = await pastPool(given, { from: at(0), to: at(61), picks: new Map() });
          const waiting = replayed.sort((a, b) => a.taken - b.taken);
          for (const look of looks.sort((a, b) => a - b)) {
            // The replay decides as it really was: then what is known must be what really was.
            while (waiting[0] && waiting[0].taken <= look) {
              const order = waiting.shift()!;
              going.advance(at(order.taken));
              going.take(order, order.workerId);
            }
            going.advance(at(look));
            const then = await pastPool(given, { from: at(look), to: at(look), picks: new Map() });
            const real = read(then.pool);
            expect(read(going.pool)).toEqual(real);
          }
          tx.rollback();
        })
        .catch((error) => {
          if (!/[Rr]ollback/.test(String(error))) throw error;
        });
    }),
    { numRuns: 60 },
  );
});
