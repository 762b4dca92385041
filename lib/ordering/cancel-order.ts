import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { cancelOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** The client no longer wants it, until the report is sent. Throws `Refused`: not_allowed, ordering.not_found, ordering.already_reported, ordering.wrong_state. */
export async function cancelOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'client');
  const { orderId, reason } = parse(cancelOrderInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'cancel' }, verb: 'cancelOrder', reason });
}
