import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { orderIdInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** The client says that a reported order is done. Throws `Refused`: not_allowed, ordering.not_found, ordering.wrong_state. */
export async function confirmOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'client');
  const { orderId } = parse(orderIdInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'confirm' }, verb: 'confirmOrder' });
}
