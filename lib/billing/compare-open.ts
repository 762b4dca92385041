import { and, asc, eq, isNull } from 'drizzle-orm';
import { discrepancies } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { compareAgain } from './compare-again.ts';
import type { Purpose } from './partner-list.ts';

const mostLookedAt = 100;

/**
 * Looks again at what earlier days left open with a partner: news may have come since. What it does not answer today stays
 * open until the next day.
 */
export async function compareOpen(ctx: Ctx, { purpose }: { purpose: Purpose }): Promise<void> {
  requireRole(ctx, 'system');
  const open = await ctx.db
    .select({ key: discrepancies.key })
    .from(discrepancies)
    .where(and(eq(discrepancies.purpose, purpose), isNull(discrepancies.resolvedAt)))
    .orderBy(asc(discrepancies.foundAt))
    .limit(mostLookedAt);
  for (const { key } of open) await compareAgain(ctx, { key }).catch(() => {});
}
