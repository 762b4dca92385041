import { and, eq, sql } from 'drizzle-orm';
import { orderHistory, orders } from '#db/schema/ordering.ts';
import { isPaused } from '#lib/billing/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { orderPlaced } from './events.ts';

type NewOrder = Pick<
  typeof orders.$inferInsert,
  | 'clientId'
  | 'clientName'
  | 'requestKey'
  | 'serviceTypeId'
  | 'serviceVersionId'
  | 'serviceName'
  | 'durationMinutes'
  | 'skills'
  | 'kit'
  | 'what'
  | 'place'
  | 'contact'
  | 'startsAt'
> & { originalOrderId: string | null; excludedWorkerId: string | null };

export type Placed = { orderId: string; requestNumber: string };

/** The order that a form with this key placed before, or null. */
export async function placedBefore(
  tx: Pick<Tx, 'db'>,
  clientId: string,
  requestKey: string,
): Promise<Placed | null> {
  const [row] = await tx.db
    .select({ orderId: orders.id, requestNumber: orders.requestNumber })
    .from(orders)
    .where(and(eq(orders.clientId, clientId), eq(orders.requestKey, requestKey)));
  return row ?? null;
}

/**
 * Writes a placed order with its first line of history and tells the world; null when its key or original is taken. Throws
 * `Refused` ordering.paused while an invoice of the client has failed for good and no manager has decided.
 */
export async function insertOrder(tx: Tx, order: NewOrder, verb: string): Promise<Placed | null> {
  if (await isPaused(tx, order.clientId)) throw new Refused('ordering.paused');
  const [row] = await tx.db
    .insert(orders)
    .values({
      id: tx.newId(),
      requestNumber: sql`'R-' || nextval('ordering.request_numbers')`,
      state: 'placed',
      placedAt: tx.now,
      ...order,
    })
    .onConflictDoNothing()
    .returning({ orderId: orders.id, requestNumber: orders.requestNumber });
  if (!row) return null;
  const { orderId, requestNumber } = row;
  await tx.db.insert(orderHistory).values({
    id: tx.newId(),
    position: 0,
    orderId,
    at: tx.now,
    fromState: null,
    toState: 'placed',
    actorKind: tx.actor.kind,
    actorId: tx.actor.id,
  });
  tx.audit({ verb, subject: 'order', subjectId: orderId });
  tx.emit(orderPlaced, {
    orderId,
    clientId: order.clientId,
    requestNumber,
    serviceTypeId: order.serviceTypeId,
    serviceVersionId: order.serviceVersionId,
    startsAt: order.startsAt.toISOString(),
    durationMinutes: order.durationMinutes,
    originalOrderId: order.originalOrderId,
    excludedWorkerId: order.excludedWorkerId,
  });
  tx.refresh(`account:${order.clientId}`, 'role:manager');
  return row;
}
