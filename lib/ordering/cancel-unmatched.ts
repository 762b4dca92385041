import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { orderIdInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** Nobody was in the pool until it was too late to come: the order is cancelled, without a price; for the system. */
export async function cancelUnmatched(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'system');
  const { orderId } = parse(orderIdInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'cancel_unmatched' }, verb: 'cancelUnmatched' });
}
