import { loyaltyPercent } from '#lib/billing/index.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { estimatedCosts } from '#lib/matching/index.ts';
import { discountedPrice } from './order.rules.ts';

export type Estimate = { costCents: Cents; priceCents: Cents };

/**
 * What each service would cost the client who asks, by id, with their loyalty discount as it stands now: the price a match made
 * now would fix [US-020][US-040].
 */
export async function estimate(
  ctx: Ctx,
  serviceTypeIds: readonly string[],
): Promise<{ discountPercent: number; services: Record<string, Estimate> }> {
  requireRole(ctx, 'client');
  const [costs, discountPercent] = await Promise.all([
    estimatedCosts(ctx, serviceTypeIds),
    loyaltyPercent(ctx, ctx.actor.id),
  ]);
  const services = Object.fromEntries(
    [...costs].map(([id, costCents]) => [
      id,
      { costCents, priceCents: discountedPrice(costCents, discountPercent) },
    ]),
  );
  return { discountPercent, services };
}
