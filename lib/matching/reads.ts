import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { matchResults, samples, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { costOf, type Trace } from './pipeline.rules.ts';

const waitingLimit = 100;

/** What a service will probably cost, before any discount; the formula stays inside [US-050]. */
export function estimatedCostCents(): Cents {
  return costOf({ orderId: '', skills: [], excludedWorkerId: null });
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
