import { asc, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { matchResults, pipelineVersions, samples, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { costOf, type PipelineSpec, type Trace } from './pipeline.rules.ts';

const waitingLimit = 100;

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
 * What a service will probably cost, before any discount; the formula stays inside [US-050]. Without a service, what one
 * costs that the pricing step does not name.
 */
export async function estimatedCostCents(
  ctx: Pick<Ctx, 'db'>,
  serviceTypeId: string | null = null,
): Promise<Cents> {
  return costOf((await currentPipeline(ctx)).spec, serviceTypeId);
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
