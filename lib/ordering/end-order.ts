import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { endOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** A manager ends an open order, saying why. Throws `Refused`: not_allowed, invalid, ordering.not_found, ordering.wrong_state. */
export async function endOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'manager');
  const { orderId, outcome, reason } = parse(endOrderInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'end', outcome }, verb: 'endOrder', reason });
}
