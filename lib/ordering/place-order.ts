import { currentService } from '#lib/catalog/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { placeOrderInput } from './inputs.ts';
import { insertOrder, type Placed, placedBefore } from './insert-order.ts';
import { checkStart } from './order.rules.ts';

/**
 * A client requests help [US-020]: the order keeps the service as it is now. The same `requestKey` answers with the
 * order it placed the first time. Throws `Refused`: not_allowed, ordering.paused, invalid (fields; serviceTypeId ordering.service_gone,
 * startsAt ordering.past_date, ordering.too_soon, ordering.too_far).
 */
export async function placeOrder(ctx: Ctx, input: unknown): Promise<Placed> {
  requireRole(ctx, 'client');
  const { requestKey, serviceTypeId, ...asked } = parse(placeOrderInput, input);
  const clientId = ctx.actor.id;
  return transaction(ctx, async (tx) => {
    const before = await placedBefore(tx, clientId, requestKey);
    if (before) return before;
    const [service, names] = await Promise.all([
      currentService(tx, serviceTypeId),
      accountNames(tx, [clientId]),
    ]);
    const start = checkStart(asked.startsAt, tx.now);
    const gone = !service || service.retiredAt;
    if (gone || !start.ok) {
      throw new Refused('invalid', {
        fields: {
          ...(gone && { serviceTypeId: 'ordering.service_gone' }),
          ...(!start.ok && { startsAt: start.refusal.code }),
        },
      });
    }
    const { serviceVersionId, name, durationMinutes, skills, kit } = service;
    const placed = await insertOrder(
      tx,
      {
        ...asked,
        clientId,
        clientName: names.get(clientId) ?? '',
        requestKey,
        serviceTypeId,
        serviceVersionId,
        serviceName: name,
        durationMinutes,
        skills,
        kit,
        originalOrderId: null,
        excludedWorkerId: null,
      },
      'placeOrder',
    );
    // Null: the other half of a double click was quicker.
    return placed ?? (await placedBefore(tx, clientId, requestKey))!;
  });
}
