import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { orderIdInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/** Nobody checked in within the time of the setting: the order fails [US-130]; for the system, which may ask at any time. */
export async function failNoShow(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'system');
  const { orderId } = parse(orderIdInput, input);
  return moveOrder(ctx, { orderId, command: { name: 'fail_no_show' }, verb: 'failNoShow' });
}
