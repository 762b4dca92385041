import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { declineOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** "I cannot come": the order fails at once [US-130]. Throws `Refused`: not_allowed, ordering.not_found, ordering.wrong_state. */
export async function declineOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'worker');
  const { orderId, reason } = parse(declineOrderInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'decline' }, verb: 'declineOrder', reason });
}
