import { and, asc, eq, gte, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { engagements, matchResults, replayMatches, replays, samples } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { askRemoteStep } from './ask-remote-step.ts';
import { replayPageInput } from './inputs.ts';
import { type PastPool, pastPool } from './past-pool.ts';
import { runPipeline } from './pipeline.rules.ts';
import { gini, quantile, type ReplayFigures, type ReplaySide } from './replay.rules.ts';
import { posteriorMean, type ReferenceSample, skillFit } from './step.rules.ts';

const pageSize = 50;
/** What a replay thinks of a newcomer: nine orders of ten go well, as sure as after five of them. */
const prior = { rate: 0.9, strength: 5 };

/** Of the replay that runs in this process: its next page need not read everything again. Another process can, if it must. */
let kept: { replayId: string; position: number; past: PastPool } | undefined;

/**
 * Runs the next orders of a replay, each over the samples as they were known when it was matched; for the system. Answers
 * where to go on; null when it is done, or was stopped. Done twice, a page is the same page.
 */
export async function replayPage(
  ctx: Ctx,
  input: unknown,
  clock: () => number = () => performance.now(),
): Promise<{ next: string | null }> {
  requireRole(ctx, 'system');
  const { replayId, after } = parse(replayPageInput, input);
  const [replay] = await ctx.db.select().from(replays).where(eq(replays.id, replayId));
  if (replay?.state !== 'running') {
    if (kept?.replayId === replayId) kept = undefined;
    return { next: null };
  }
  const begun = Number(after ?? 0);
  const page = await ctx.db
    .select()
    .from(matchResults)
    .where(
      and(
        gte(matchResults.matchedAt, replay.periodFrom),
        lt(matchResults.matchedAt, replay.periodTo),
        isNotNull(matchResults.asked),
      ),
    )
    .orderBy(asc(matchResults.matchedAt), asc(matchResults.id))
    .offset(begun)
    .limit(pageSize);
  const rows: (typeof replayMatches.$inferInsert)[] = [];
  const known = kept?.replayId === replayId && kept.position === begun ? kept.past : undefined;
  kept = undefined;
  const past = known ?? (page.length > 0 ? await pastPoolOf(ctx, replay, begun) : undefined);
  for (const [i, { asked, ...real }] of page.entries()) {
    if (!asked || !past) continue;
    const order: ReferenceSample = {
      ...asked,
      startsAt: new Date(asked.startsAt),
      endsAt: new Date(asked.endsAt),
    };
    past.advance(real.matchedAt);
    const { pool } = past;
    const withClient = await historyThen(ctx, order.clientId, real.matchedAt);
    const from = clock();
    const found = await runPipeline(replay.spec, order, pool, {
      now: real.matchedAt.getTime(),
      withClient,
      askRemote: askRemoteStep,
      clock,
    });
    past.take(order, found?.workerId ?? real.workerId);
    if (!found) continue;
    const wasSlot = pool.slotOf.get(real.workerId) ?? found.slot;
    const riskOf = (slot: number) =>
      1 - posteriorMean(pool.completed[slot]!, pool.completed[slot]! + pool.failed[slot]!, prior);
    rows.push({
      replayId,
      position: begun + i,
      orderId: real.orderId,
      workerId: found.workerId,
      wasWorkerId: real.workerId,
      costCents: found.costCents,
      wasCostCents: real.costCents,
      risk: { is: riskOf(found.slot), was: riskOf(wasSlot) },
      skill: { is: skillFit({ pool, order }, found.slot), was: skillFit({ pool, order }, wasSlot) },
      trace: {
        version: 'draft',
        steps: found.steps,
        top: found.top,
        overbooked: found.overbooked,
        explored: found.explored,
        tookMs: Math.round((clock() - from) * 10) / 10,
      },
    });
  }
  const isLast = page.length < pageSize;
  const next = await transaction(ctx, async (tx) => {
    if (rows.length > 0) await tx.db.insert(replayMatches).values(rows).onConflictDoNothing();
    const [going] = await tx.db
      .update(replays)
      .set({
        doneCount: begun + page.length,
        progressedAt: tx.now,
        ...(isLast && { state: 'done' as const, endedAt: tx.now, figures: await figuresOf(tx, replay) }),
      })
      .where(and(eq(replays.id, replayId), eq(replays.state, 'running')))
      .returning({ id: replays.id });
    if (isLast && going) tx.audit({ verb: 'replayPage', subject: 'replay', subjectId: replayId });
    tx.refresh('role:manager');
    return isLast || !going ? null : String(begun + pageSize);
  });
  if (next !== null && past) kept = { replayId, position: Number(next), past };
  return { next };
}

/** The samples as they were when the replay's period began, with what the replay has decided so far. */
async function pastPoolOf(
  ctx: Ctx,
  { id, periodFrom, periodTo }: typeof replays.$inferSelect,
  position: number,
): Promise<PastPool> {
  const earlier = await ctx.db
    .select({ orderId: replayMatches.orderId, workerId: replayMatches.workerId })
    .from(replayMatches)
    .where(and(eq(replayMatches.replayId, id), lt(replayMatches.position, position)));
  const picks = new Map(earlier.map(({ orderId, workerId }) => [orderId, workerId]));
  return pastPool(ctx, { from: periodFrom, to: periodTo, picks });
}

/** How the client's orders had ended by then. */
async function historyThen({ db }: Pick<Ctx, 'db'>, clientId: string | null, at: Date) {
  if (clientId === null) return new Map();
  const rows = await db
    .select({
      workerId: engagements.workerId,
      completed: sql<number>`count(*) filter (where ${engagements.outcome} = 'completed')::int`,
      failed: sql<number>`count(*) filter (where ${engagements.outcome} = 'failed')::int`,
    })
    .from(engagements)
    .where(
      and(eq(engagements.clientId, clientId), isNotNull(engagements.outcome), lt(engagements.releasedAt, at)),
    )
    .groupBy(engagements.workerId);
  return new Map(rows.map(({ workerId, ...counts }) => [workerId, counts]));
}

async function figuresOf(
  { db }: Pick<Ctx, 'db'>,
  { id, periodFrom, periodTo }: typeof replays.$inferSelect,
): Promise<ReplayFigures> {
  // Without the traces, of which there may be thousands.
  const rows = await db
    .select({
      workerId: replayMatches.workerId,
      wasWorkerId: replayMatches.wasWorkerId,
      costCents: replayMatches.costCents,
      wasCostCents: replayMatches.wasCostCents,
      risk: replayMatches.risk,
      skill: replayMatches.skill,
      tookMs: sql<number>`(${replayMatches.trace}->>'tookMs')::float8`,
      skipped: sql<boolean>`${replayMatches.trace}->'steps' @> '[{"skipped": true}]'`,
    })
    .from(replayMatches)
    .where(eq(replayMatches.replayId, id));
  const [pool] = await db
    .select({ workers: sql<number>`count(*)::int` })
    .from(samples)
    .where(
      and(
        lt(samples.joinedAt, periodTo),
        sql`(${samples.active} or ${samples.deactivatedAt} > ${periodFrom.toISOString()})`,
      ),
    );
  const [old] = await db
    .select({ orders: sql<number>`count(*)::int` })
    .from(matchResults)
    .where(
      and(
        gte(matchResults.matchedAt, periodFrom),
        lt(matchResults.matchedAt, periodTo),
        isNull(matchResults.asked),
      ),
    );
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const side = (which: 'is' | 'was'): ReplaySide => {
    const counts = new Map<string, number>();
    for (const row of rows) {
      const workerId = which === 'is' ? row.workerId : row.wasWorkerId;
      counts.set(workerId, (counts.get(workerId) ?? 0) + 1);
    }
    return {
      gini: gini([...counts.values()], pool?.workers ?? 0),
      skill: mean(rows.map(({ skill }) => skill[which])),
      risk: mean(rows.map(({ risk }) => risk[which])),
      costCents: rows
        .reduce((sum, row) => sum + (which === 'is' ? row.costCents : row.wasCostCents), 0n)
        .toString(),
    };
  };
  const took = rows.map(({ tookMs }) => tookMs);
  return {
    orderCount: rows.length,
    leftOutCount: old?.orders ?? 0,
    changedCount: rows.filter(({ workerId, wasWorkerId }) => workerId !== wasWorkerId).length,
    is: side('is'),
    was: side('was'),
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
    skippedCount: rows.filter(({ skipped }) => skipped).length,
  };
}
