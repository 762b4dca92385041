import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { orderIdInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** The consumables were issued: the worker may start [US-160]; for the system. */
export async function markReady(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'system');
  const { orderId } = parse(orderIdInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'mark_ready' }, verb: 'markReady' });
}
