import { eq, sql } from 'drizzle-orm';
import { engagements, matchResults, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { askRemoteStep } from './ask-remote-step.ts';
import { orderMatched, poolFoundEmpty } from './events.ts';
import { matchOrderInput } from './inputs.ts';
import { livePool, reviseEngagement } from './live-pool.ts';
import { type Found, runPipeline, type Trace } from './pipeline.rules.ts';
import { engagementState, putEngagement } from './pool.rules.ts';
import type { ClientHistory, ReferenceSample } from './step.rules.ts';

/** Who does it and what it costs [US-072]; money as text, so that a durable step can keep it. */
export type Match = {
  matchId: string;
  orderId: string;
  workerId: string;
  workerName: string;
  costCents: string;
};

const attemptLimit = 10;

/**
 * Finds the best worker for an order by the pipeline in force and takes the engagement in matching's own calendar; for the
 * system. One match per order: asked again, it answers the first. Null when there is nobody at all in the pool: an alarm is
 * emitted once, and the order waits [US-073]. The steps run over the copy in memory, before the transaction: it is the
 * exclusion constraint that decides between two who want the same worker. `clock` measures how long it took.
 */
export async function matchOrder(
  ctx: Ctx,
  input: unknown,
  clock: () => number = () => performance.now(),
): Promise<Match | null> {
  requireRole(ctx, 'system');
  const { durationMinutes, ...asked } = parse(matchOrderInput, input);
  const order: ReferenceSample = {
    ...asked,
    endsAt: new Date(asked.startsAt.getTime() + durationMinutes * 60_000),
  };
  const begun = clock();
  for (let attempt = 1; attempt <= attemptLimit; attempt++) {
    const [{ before, withClient }, { pool, pipeline }] = await Promise.all([
      known(ctx, order.orderId, order.clientId),
      livePool(ctx),
    ]);
    if (before) return before;
    // Noted ahead, so that the next match in this process does not want the same worker at the same time.
    const noted = {
      orderId: order.orderId,
      workerId: '',
      startsAt: order.startsAt.getTime(),
      endsAt: order.endsAt.getTime(),
      state: engagementState.open,
    };
    const found = await runPipeline(pipeline.spec, order, pool, {
      now: ctx.now.getTime(),
      withClient,
      askRemote: askRemoteStep,
      onFound: ({ workerId }) => {
        noted.workerId = workerId;
        putEngagement(pool, noted);
      },
      clock,
    });
    if (!found) {
      await wait(ctx, order.orderId);
      return null;
    }
    let match: Match | null = null;
    try {
      const trace: Trace = {
        version: String(pipeline.version),
        steps: found.steps,
        top: found.top,
        overbooked: found.overbooked,
        explored: found.explored,
        tookMs: Math.round((clock() - begun) * 10) / 10,
      };
      match = await transaction(ctx, (tx) => take(tx, order, found, trace));
    } finally {
      if (!match) await reviseEngagement(ctx, pool, noted);
    }
    if (match) return match;
  }
  throw new Error(`Order ${order.orderId}: every worker tried was taken meanwhile; try again.`);
}

/** Null when somebody else was quicker, for this order or for this worker at that time. */
async function take(
  tx: Tx,
  { startsAt, endsAt, ...asked }: ReferenceSample,
  { workerId, workerName, costCents, overbooked }: Found,
  trace: Trace,
): Promise<Match | null> {
  const { orderId, clientId } = asked;
  const [taken] = await tx.db
    .insert(engagements)
    .values({ orderId, workerId, clientId, startsAt, endsAt, overbooked, takenAt: tx.now })
    .onConflictDoNothing()
    .returning({ orderId: engagements.orderId })
    .prepare('matching_take_engagement')
    .execute();
  if (!taken) return null;
  const matchId = tx.newId();
  // Sent together, on the one connection: the answer to one is not waited for before the next.
  await Promise.all([
    tx.db
      .insert(matchResults)
      .values({
        id: matchId,
        orderId,
        workerId,
        costCents,
        trace,
        asked: { ...asked, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
        matchedAt: tx.now,
      })
      .prepare('matching_keep_result')
      .execute(),
    tx.db
      .delete(waitingOrders)
      .where(eq(waitingOrders.orderId, orderId))
      .prepare('matching_wait_no_more')
      .execute(),
  ]);
  const match = { matchId, orderId, workerId, workerName, costCents: costCents.toString() };
  tx.audit({ verb: 'matchOrder', subject: 'order', subjectId: orderId, data: { matchId } });
  tx.emit(orderMatched, match);
  return match;
}

/** The order's match, should there be one already, and how its client's orders ended, by worker. */
async function known(
  { db }: Pick<Ctx, 'db'>,
  orderId: string,
  clientId: string | null,
): Promise<{ before: Match | null; withClient: ClientHistory }> {
  const [found] = await db
    .select({
      before: sql<Match | null>`(select json_build_object('matchId', m.id, 'orderId', m.order_id, 'workerId', m.worker_id,
          'workerName', s.name, 'costCents', m.cost_cents::text)
        from matching.match_results m join matching.samples s using (worker_id) where m.order_id = ${orderId}::uuid)`,
      // One line of JSON: a client of years has thousands of orders behind it.
      history: sql<[string, number, number][] | null>`(
        select json_agg(json_build_array(worker_id, completed, failed)) from (
          select worker_id, count(*) filter (where outcome = 'completed') as completed,
            count(*) filter (where outcome = 'failed') as failed
          from matching.engagements where client_id = ${clientId}::uuid and outcome is not null group by worker_id) h)`,
    })
    .from(sql`(values (1)) one`)
    .prepare('matching_known')
    .execute();
  return {
    before: found?.before ?? null,
    withClient: new Map(
      found?.history?.map(([workerId, completed, failed]) => [workerId, { completed, failed }]),
    ),
  };
}

async function wait(ctx: Ctx, orderId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const [first] = await tx.db
      .insert(waitingOrders)
      .values({ orderId, since: tx.now })
      .onConflictDoNothing()
      .returning({ orderId: waitingOrders.orderId });
    if (!first) return;
    tx.audit({ verb: 'matchOrder', subject: 'order', subjectId: orderId, why: 'nobody in the pool' });
    tx.emit(poolFoundEmpty, { orderId });
    tx.refresh('role:manager');
  });
}
