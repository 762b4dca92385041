import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { orderIdInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** The client did not answer the report in the time of the setting: the order completes itself; for the system. */
export async function completeUnanswered(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'system');
  const { orderId } = parse(orderIdInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'complete_unanswered' }, verb: 'completeUnanswered' });
}
