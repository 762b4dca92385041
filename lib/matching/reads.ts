import { and, asc, desc, eq, gte, inArray, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import {
  alarms,
  matchResults,
  pipelineDrafts,
  pipelineVersions,
  replayMatches,
  replays,
  samples,
  waitingOrders,
} from '#db/schema/matching.ts';
import { accountNames } from '#lib/identity/index.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { costOf, type PipelineSpec, type Trace } from './pipeline.rules.ts';
import { readAllowList } from './remote.rules.ts';
import { quantile } from './replay.rules.ts';

const waitingLimit = 100;
const versionLimit = 200;
const replayLimit = 50;
export const replayPageSize = 50;
const figureLimit = 1000;

/** The pipeline in force: the latest that was published. */
export async function currentPipeline(
  ctx: Pick<Ctx, 'db'>,
): Promise<{ version: number; spec: PipelineSpec }> {
  const [row] = await ctx.db
    .select({ version: pipelineVersions.version, spec: pipelineVersions.spec })
    .from(pipelineVersions)
    .orderBy(desc(pipelineVersions.version))
    .limit(1);
  if (!row) throw new Error('No pipeline was ever published: the migrations did not run.');
  return row;
}

/**
 * What each service will cost, before any discount, by the pricing step in force: what a match will say unless another version
 * is published before it. The formula stays inside [US-050].
 */
export async function estimatedCosts(
  ctx: Pick<Ctx, 'db'>,
  serviceTypeIds: readonly string[],
): Promise<Map<string, Cents>> {
  const { spec } = await currentPipeline(ctx);
  return new Map(serviceTypeIds.map((id) => [id, costOf(spec, id)]));
}

/** The hosts that remote steps may have, as the operator's environment says, for managers; their secrets stay there. */
export function remoteHosts(ctx: Ctx): string[] {
  requireRole(ctx, 'manager');
  return [...readAllowList(process.env.MATCHING_REMOTE_HOSTS).keys()];
}

/** How an order was matched, for managers; null before it was. */
export async function matchOf(
  ctx: Ctx,
  orderId: string,
): Promise<{ matchId: string; workerId: string; costCents: Cents; trace: Trace; matchedAt: Date } | null> {
  requireRole(ctx, 'manager');
  if (!z.uuid().safeParse(orderId).success) return null;
  const [row] = await ctx.db
    .select({
      matchId: matchResults.id,
      workerId: matchResults.workerId,
      costCents: matchResults.costCents,
      trace: matchResults.trace,
      matchedAt: matchResults.matchedAt,
    })
    .from(matchResults)
    .where(eq(matchResults.orderId, orderId));
  return row ?? null;
}

/** Orders for which nobody was in the pool, longest waiting first. */
export async function waitingOrderIds(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system', 'manager');
  const rows = await ctx.db
    .select({ orderId: waitingOrders.orderId })
    .from(waitingOrders)
    .orderBy(asc(waitingOrders.since))
    .limit(waitingLimit);
  return rows.map(({ orderId }) => orderId);
}

/** A worker as matching knows it, for managers: characteristics and how its orders ended; null when unknown. */
export async function sampleOf(ctx: Ctx, workerId: string) {
  requireRole(ctx, 'manager', 'system');
  if (!z.uuid().safeParse(workerId).success) return null;
  const [row] = await ctx.db.select().from(samples).where(eq(samples.workerId, workerId));
  return row ?? null;
}

/** The managers' draft; null when there is none. */
export async function pipelineDraft(ctx: Ctx) {
  requireRole(ctx, 'manager');
  const [row] = await ctx.db.select().from(pipelineDrafts);
  if (!row) return null;
  return { ...row, changedByName: (await accountNames(ctx, [row.changedBy])).get(row.changedBy) ?? null };
}

/** Every version, latest first, with who published it. */
export async function readPipelineVersions(ctx: Ctx) {
  requireRole(ctx, 'manager');
  const rows = await ctx.db
    .select()
    .from(pipelineVersions)
    .orderBy(desc(pipelineVersions.version))
    .limit(versionLimit);
  const names = await accountNames(
    ctx,
    rows.map(({ publishedBy }) => publishedBy),
  );
  return rows.map((row) => ({ ...row, publishedByName: names.get(row.publishedBy) ?? null }));
}

/** One version, by its number; null when there is none. */
export async function pipelineVersion(ctx: Ctx, version: number) {
  requireRole(ctx, 'manager');
  if (
    !z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .safeParse(version).success
  )
    return null;
  const [row] = await ctx.db.select().from(pipelineVersions).where(eq(pipelineVersions.version, version));
  return row ?? null;
}

/** Alarms about matching that are not over, latest first; `stepType` names the step that fails, while it is in force. */
export async function openAlarms(ctx: Ctx) {
  requireRole(ctx, 'manager', 'billing');
  const rows = await ctx.db
    .select()
    .from(alarms)
    .where(isNull(alarms.clearedAt))
    .orderBy(desc(alarms.raisedAt))
    .limit(waitingLimit);
  if (rows.length === 0) return [];
  const { steps } = (await currentPipeline(ctx)).spec;
  return rows.map((row) => ({
    ...row,
    stepType: steps.find(({ key }) => key === row.subject)?.type ?? null,
  }));
}

/** How the latest matches of the last day went. */
export async function matchFigures(ctx: Ctx): Promise<{
  matchCount: number;
  p50Ms: number;
  p95Ms: number;
  overbookedCount: number;
  skippedCount: number;
}> {
  requireRole(ctx, 'manager');
  const rows = await ctx.db
    .select({ trace: matchResults.trace })
    .from(matchResults)
    .where(gte(matchResults.matchedAt, new Date(ctx.now.getTime() - 86_400_000)))
    .orderBy(desc(matchResults.matchedAt))
    .limit(figureLimit);
  const took = rows.map(({ trace }) => trace.tookMs);
  return {
    matchCount: rows.length,
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
    overbookedCount: rows.filter(({ trace }) => trace.overbooked).length,
    skippedCount: rows.filter(({ trace }) => trace.steps.some(({ skipped }) => skipped)).length,
  };
}

/** The latest replays, with who asked for them. */
export async function readReplays(ctx: Ctx) {
  requireRole(ctx, 'manager');
  const rows = await ctx.db.select().from(replays).orderBy(desc(replays.requestedAt)).limit(replayLimit);
  const names = await accountNames(
    ctx,
    rows.map(({ requestedBy }) => requestedBy),
  );
  return rows.map((row) => ({ ...row, requestedByName: names.get(row.requestedBy) ?? null }));
}

/** One replay; null when there is none. */
export async function readReplay(ctx: Ctx, replayId: string) {
  requireRole(ctx, 'manager');
  if (!z.uuid().safeParse(replayId).success) return null;
  const [row] = await ctx.db.select().from(replays).where(eq(replays.id, replayId));
  return row ?? null;
}

/** A page of the orders of a replay, in order of time; with `changedOnly` those that somebody else would have got. */
export async function replayMatchPage(
  ctx: Ctx,
  { replayId, page, changedOnly }: { replayId: string; page: number; changedOnly: boolean },
) {
  requireRole(ctx, 'manager');
  const which = and(
    eq(replayMatches.replayId, replayId),
    changedOnly ? ne(replayMatches.workerId, replayMatches.wasWorkerId) : undefined,
  );
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(replayMatches)
      .where(which)
      .orderBy(asc(replayMatches.position))
      .offset((Math.max(1, page) - 1) * replayPageSize)
      .limit(replayPageSize),
    ctx.db.$count(replayMatches, which),
  ]);
  const ids = [...new Set(rows.flatMap(({ workerId, wasWorkerId }) => [workerId, wasWorkerId]))];
  const named = ids.length
    ? await ctx.db
        .select({ workerId: samples.workerId, name: samples.name })
        .from(samples)
        .where(inArray(samples.workerId, ids))
    : [];
  const names = new Map(named.map((row) => [row.workerId, row.name]));
  return {
    total,
    rows: rows.map((row) => ({
      ...row,
      name: names.get(row.workerId) ?? '',
      wasName: names.get(row.wasWorkerId) ?? '',
    })),
  };
}

/** What a replay made of one order, beside what really happened; null when it was not part of it. */
export async function replayedMatch(ctx: Ctx, replayId: string, orderId: string) {
  requireRole(ctx, 'manager');
  if (!z.uuid().safeParse(replayId).success || !z.uuid().safeParse(orderId).success) return null;
  const [row] = await ctx.db
    .select()
    .from(replayMatches)
    .where(and(eq(replayMatches.replayId, replayId), eq(replayMatches.orderId, orderId)));
  return row ?? null;
}
