import { and, eq } from 'drizzle-orm';
import { orders } from '#db/schema/ordering.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { reorderInput } from './inputs.ts';
import { insertOrder, type Placed, placedBefore } from './insert-order.ts';
import { checkStart } from './order.rules.ts';

/**
 * Places a copy of a failed or cancelled order for a new date [US-131]; it is matched and priced anew, never to the
 * worker that failed it while any other exists [US-132]. An order is re-ordered once; asked twice with the same key,
 * the same answer. Throws `Refused`: not_allowed, ordering.not_found, ordering.not_over, ordering.reordered, ordering.paused,
 * invalid (startsAt ordering.past_date, ordering.too_soon, ordering.too_far).
 */
export async function reorder(ctx: Ctx, input: unknown): Promise<Placed> {
  requireRole(ctx, 'client');
  const { orderId, requestKey, startsAt } = parse(reorderInput, input);
  const clientId = ctx.actor.id;
  return transaction(ctx, async (tx) => {
    const before = await placedBefore(tx, clientId, requestKey);
    if (before) return before;
    const [original] = await tx.db
      .select()
      .from(orders)
      .where(and(eq(orders.id, orderId), eq(orders.clientId, clientId)));
    if (!original) throw new Refused('ordering.not_found');
    if (original.state !== 'failed' && original.state !== 'cancelled') throw new Refused('ordering.not_over');
    const start = checkStart(startsAt, tx.now);
    if (!start.ok) throw new Refused('invalid', { fields: { startsAt: start.refusal.code } });
    const { serviceTypeId, serviceVersionId, serviceName, durationMinutes, skills, kit } = original;
    const { clientName, what, place, contact } = original;
    const placed = await insertOrder(
      tx,
      {
        clientId,
        clientName,
        requestKey,
        serviceTypeId,
        serviceVersionId,
        serviceName,
        durationMinutes,
        skills,
        kit,
        what,
        place,
        contact,
        startsAt,
        originalOrderId: orderId,
        excludedWorkerId: original.state === 'failed' ? original.workerId : null,
      },
      'reorder',
    );
    if (placed) {
      tx.refresh(`order:${orderId}`);
      return placed;
    }
    const twice = await placedBefore(tx, clientId, requestKey);
    if (twice) return twice;
    throw new Refused('ordering.reordered');
  });
}
