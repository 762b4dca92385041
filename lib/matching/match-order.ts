import { eq, inArray, sql } from 'drizzle-orm';
import { engagements, matchResults, samples, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { askRemoteStep } from './ask-remote-step.ts';
import { orderMatched, poolFoundEmpty } from './events.ts';
import { matchOrderInput } from './inputs.ts';
import { livePool, reviseEngagement } from './live-pool.ts';
import { type Found, runPipeline, type Trace } from './pipeline.rules.ts';
import { engagementState, putEngagement } from './pool.rules.ts';
import { currentPipeline } from './reads.ts';
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
    const [before, { version, spec }, pool, withClient] = await Promise.all([
      matchedBefore(ctx, order.orderId),
      currentPipeline(ctx),
      livePool(ctx),
      clientHistory(ctx, order.clientId),
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
    const found = await runPipeline(spec, order, pool, {
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
      const tookMs = () => Math.round((clock() - begun) * 10) / 10;
      match = await transaction(ctx, (tx) => take(tx, order, found, version, tookMs));
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
  found: Found,
  version: number,
  tookMs: () => number,
): Promise<Match | null> {
  const { orderId, clientId } = asked;
  const { workerId, costCents, overbooked, explored, steps } = found;
  // Sent together, on the one connection: the answer to one is not waited for before the next.
  const [[taken], named] = await Promise.all([
    tx.db
      .insert(engagements)
      .values({ orderId, workerId, clientId, startsAt, endsAt, overbooked, takenAt: tx.now })
      .onConflictDoNothing()
      .returning({ orderId: engagements.orderId }),
    tx.db
      .select({ workerId: samples.workerId, name: samples.name })
      .from(samples)
      .where(inArray(samples.workerId, [workerId, ...found.top.map((rating) => rating.workerId)])),
  ]);
  if (!taken) return null;
  const names = new Map(named.map((row) => [row.workerId, row.name]));
  const trace: Trace = {
    version: String(version),
    steps,
    top: found.top.map((rating) => ({ ...rating, name: names.get(rating.workerId) ?? '' })),
    overbooked,
    explored,
    tookMs: tookMs(),
  };
  const matchId = tx.newId();
  const keep = tx.db.insert(matchResults).values({
    id: matchId,
    orderId,
    workerId,
    costCents,
    trace,
    asked: { ...asked, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    matchedAt: tx.now,
  });
  await Promise.all([keep, tx.db.delete(waitingOrders).where(eq(waitingOrders.orderId, orderId))]);
  const workerName = names.get(workerId) ?? '';
  const match = { matchId, orderId, workerId, workerName, costCents: costCents.toString() };
  tx.audit({ verb: 'matchOrder', subject: 'order', subjectId: orderId, data: { matchId } });
  tx.emit(orderMatched, match);
  return match;
}

async function matchedBefore(ctx: Pick<Ctx, 'db'>, orderId: string): Promise<Match | null> {
  const [row] = await ctx.db
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

/** How this client's orders ended, by worker. */
export async function clientHistory(ctx: Pick<Ctx, 'db'>, clientId: string | null): Promise<ClientHistory> {
  if (clientId === null) return new Map();
  // One line of JSON: a client of years has thousands of orders behind it.
  const [found] = await ctx.db.execute<{ rows: [string, number, number][] | null }>(sql`
    select json_agg(json_build_array(worker_id, completed, failed)) as rows from (
      select worker_id, count(*) filter (where outcome = 'completed') as completed,
        count(*) filter (where outcome = 'failed') as failed
      from matching.engagements where client_id = ${clientId}::uuid and outcome is not null group by worker_id) h`);
  return new Map(
    (found?.rows ?? []).map(([workerId, completed, failed]) => [workerId, { completed, failed }]),
  );
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
