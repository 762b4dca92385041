import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { disputeOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** The client says why a reported order is not done: it fails. Throws `Refused`: not_allowed, invalid, ordering.not_found, ordering.wrong_state. */
export async function disputeOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'client');
  const { orderId, reason } = parse(disputeOrderInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'dispute' }, verb: 'disputeOrder', reason });
}
