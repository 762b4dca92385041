import { and, eq, inArray } from 'drizzle-orm';
import { items } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';

export type Penalty = {
  workerId: string;
  amountCents: Cents;
  /** Who took it back, why and when. */
  waived: { byId: string; reason: string; at: Date } | null;
};

/** The penalty of a failed order, and who waived it; null when the order has none. */
export async function penaltyOf(ctx: Ctx, orderId: string): Promise<Penalty | null> {
  requireRole(ctx, 'manager', 'billing');
  const rows = await ctx.db
    .select()
    .from(items)
    .where(and(eq(items.orderId, orderId), inArray(items.kind, ['worker_fined', 'penalty_waived'])))
    .limit(2);
  const fine = rows.find(({ kind }) => kind === 'worker_fined');
  if (!fine) return null;
  const waiver = rows.find(({ kind }) => kind === 'penalty_waived');
  return {
    workerId: fine.partyId,
    amountCents: -fine.amountCents,
    waived: waiver
      ? {
          byId: String(waiver.details.byId),
          reason: String(waiver.details.reason),
          at: waiver.occurredAt,
        }
      : null,
  };
}
