import { loyaltyPercent } from '#lib/billing/index.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { estimatedCostCents } from '#lib/matching/index.ts';
import { discountedPrice } from './order.rules.ts';

/** The approximate cost for the client who asks, with their loyalty discount as it stands now [US-020][US-040]. */
export async function estimate(
  ctx: Ctx,
  serviceTypeId: string | null = null,
): Promise<{ costCents: Cents; discountPercent: number; priceCents: Cents }> {
  requireRole(ctx, 'client');
  const costCents = await estimatedCostCents(ctx, serviceTypeId);
  const discountPercent = await loyaltyPercent(ctx, ctx.actor.id);
  return { costCents, discountPercent, priceCents: discountedPrice(costCents, discountPercent) };
}
