import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { assignOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';
import { discountedPrice } from './order.rules.ts';

/**
 * Fixes worker, cost, discount and price of a placed order [US-073][US-040]; for the system. `moved` is false with a
 * `refusedCode` when the order is no longer placed: then the engagement has to be released.
 */
export async function assignOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'system');
  const { orderId, ...match } = parse(assignOrderInput, input);
  return moveOrder(ctx, {
    orderId,
    command: { name: 'assign', matchId: match.matchId },
    verb: 'assignOrder',
    patch: { ...match, priceCents: discountedPrice(match.costCents, match.discountPercent) },
  });
}
