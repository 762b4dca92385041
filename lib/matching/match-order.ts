import { and, eq, sql } from 'drizzle-orm';
import { engagements, matchResults, samples, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { orderMatched, poolFoundEmpty } from './events.ts';
import { matchOrderInput } from './inputs.ts';
import {
  builtInSteps,
  builtInVersion,
  costOf,
  type NormalSample,
  runPipeline,
  type Trace,
} from './pipeline.rules.ts';

/** Who does it and what it costs [US-072]; money as text, so that a durable step can keep it. */
export type Match = {
  matchId: string;
  orderId: string;
  workerId: string;
  workerName: string;
  costCents: string;
};

const loadDays = 30;
const attemptLimit = 10;

/**
 * Finds the best worker for an order and takes the engagement in matching's own calendar, in one transaction; for the
 * system. One match per order: asked again, it answers the first. Null when there is nobody at all in the pool: an
 * alarm is emitted once, and the order waits [US-073]. `clock` measures how long it took, for the trace.
 */
export async function matchOrder(
  ctx: Ctx,
  input: unknown,
  clock: () => number = () => performance.now(),
): Promise<Match | null> {
  requireRole(ctx, 'system');
  const order = parse(matchOrderInput, input);
  const { orderId, startsAt, excludedWorkerId, skills } = order;
  const endsAt = new Date(startsAt.getTime() + order.durationMinutes * 60_000);
  const begun = clock();
  return transaction(ctx, async (tx) => {
    for (let attempt = 1; attempt <= attemptLimit; attempt++) {
      const before = await matchedBefore(tx, orderId);
      if (before) return before;
      const pool = await readPool(tx, startsAt, endsAt);
      const found = runPipeline(builtInSteps, { orderId, skills, excludedWorkerId }, pool);
      if (!found) {
        await wait(tx, orderId);
        return null;
      }
      const { picked } = found;
      // No row: somebody else was quicker, for this order or for this worker at that time. Look again.
      const [taken] = await tx.db
        .insert(engagements)
        .values({ orderId, workerId: picked.workerId, startsAt, endsAt, overbooked: picked.busy })
        .onConflictDoNothing()
        .returning({ orderId: engagements.orderId });
      if (!taken) continue;

      const matchId = tx.newId();
      const costCents = costOf({ orderId, skills, excludedWorkerId });
      const trace: Trace = {
        version: builtInVersion,
        steps: found.steps,
        top: found.top,
        overbooked: picked.busy,
        tookMs: Math.round((clock() - begun) * 10) / 10,
      };
      await tx.db
        .insert(matchResults)
        .values({ id: matchId, orderId, workerId: picked.workerId, costCents, trace, matchedAt: tx.now });
      await tx.db.delete(waitingOrders).where(eq(waitingOrders.orderId, orderId));
      const match = {
        matchId,
        orderId,
        workerId: picked.workerId,
        workerName: picked.name,
        costCents: costCents.toString(),
      };
      tx.audit({ verb: 'matchOrder', subject: 'order', subjectId: orderId, data: { matchId } });
      tx.emit(orderMatched, match);
      return match;
    }
    throw new Error(`Order ${orderId}: every worker tried was taken meanwhile; try again.`);
  });
}

async function matchedBefore(tx: Tx, orderId: string): Promise<Match | null> {
  const [row] = await tx.db
    .select({
      matchId: matchResults.id,
      orderId: matchResults.orderId,
      workerId: matchResults.workerId,
      workerName: samples.name,
      costCents: matchResults.costCents,
    })
    .from(matchResults)
    .innerJoin(samples, eq(samples.workerId, matchResults.workerId))
    .where(eq(matchResults.orderId, orderId));
  return row ? { ...row, costCents: row.costCents.toString() } : null;
}

/** The active samples with their calendar and load around the order's time, in one query. */
async function readPool(tx: Tx, startsAt: Date, endsAt: Date): Promise<NormalSample[]> {
  const [start, end] = [startsAt.toISOString(), endsAt.toISOString()];
  const near = tx.db
    .select({
      workerId: engagements.workerId,
      nearbyCount: sql<number>`count(*)::int`.as('nearby_count'),
      busy: sql<boolean>`bool_or(${engagements.releasedAt} is null and ${engagements.startsAt} < ${end} and ${engagements.endsAt} > ${start})`.as(
        'busy',
      ),
    })
    .from(engagements)
    .where(
      and(
        sql`(${engagements.releasedAt} is null or ${engagements.outcome} in ('completed', 'failed'))`,
        sql`${engagements.startsAt} between ${start}::timestamptz - ${loadDays} * interval '1 day'
            and ${start}::timestamptz + ${loadDays} * interval '1 day'`,
      ),
    )
    .groupBy(engagements.workerId)
    .as('near');
  const rows = await tx.db
    .select({
      workerId: samples.workerId,
      name: samples.name,
      characteristics: samples.characteristics,
      busy: near.busy,
      nearbyCount: near.nearbyCount,
    })
    .from(samples)
    .leftJoin(near, eq(near.workerId, samples.workerId))
    .where(eq(samples.active, true));
  return rows.map((row) => ({ ...row, busy: row.busy ?? false, nearbyCount: row.nearbyCount ?? 0 }));
}

async function wait(tx: Tx, orderId: string): Promise<void> {
  const [first] = await tx.db
    .insert(waitingOrders)
    .values({ orderId, since: tx.now })
    .onConflictDoNothing()
    .returning({ orderId: waitingOrders.orderId });
  if (!first) return;
  tx.audit({ verb: 'matchOrder', subject: 'order', subjectId: orderId, why: 'nobody in the pool' });
  tx.emit(poolFoundEmpty, { orderId });
  tx.refresh('role:manager');
}
