import { and, eq, isNull, sql } from 'drizzle-orm';
import { orderHistory, orders } from '#db/schema/ordering.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import {
  orderAssigned,
  orderCancelled,
  orderCompleted,
  orderFailed,
  orderReady,
  orderReported,
  orderStarted,
} from './events.ts';
import {
  type Command,
  commandParty,
  decide,
  type FailureCause,
  moved,
  type OrderState,
} from './order.rules.ts';

type OrderRow = typeof orders.$inferSelect;
type Patch = Partial<
  Pick<
    OrderRow,
    | 'matchId'
    | 'workerId'
    | 'workerName'
    | 'costCents'
    | 'discountPercent'
    | 'priceCents'
    | 'startPhotoId'
    | 'reportPhotoId'
  >
>;

/** `moved` is false when the command had its effect before, or (for the system only) when the order cannot take it. */
export type Moved = { moved: boolean; state: OrderState; refusedCode?: string };

/**
 * The one way an order changes its state: load, decide by the rules, change, write history, audit, emit, refresh.
 * Someone else's order is `ordering.not_found`. What the rules refuse is thrown, but answered to the system, for which
 * "the order has gone on meanwhile" is an outcome like any other.
 */
export async function moveOrder(
  ctx: Ctx,
  {
    orderId,
    command,
    verb,
    reason: said,
    patch,
  }: { orderId: string; command: Command; verb: string; reason?: string; patch?: Patch },
): Promise<Moved> {
  const party = commandParty[command.name];
  const reason = said || undefined;
  return transaction(ctx, async (tx) => {
    const [order] = await tx.db
      .select()
      .from(orders)
      .where(
        and(
          eq(orders.id, orderId),
          party === 'client' ? eq(orders.clientId, tx.actor.id) : undefined,
          party === 'worker' ? eq(orders.workerId, tx.actor.id) : undefined,
        ),
      )
      .for('update');
    if (!order) throw new Refused('ordering.not_found');
    const ruling = decide(order, command, await clockOf(tx, command));
    if (!ruling.ok) {
      const { code, params } = ruling.refusal;
      if (party === 'system') return { moved: false, state: order.state, refusedCode: code };
      throw new Refused(code, { params });
    }
    if (ruling.value.already) return { moved: false, state: order.state };
    const [after] = await tx.db
      .update(orders)
      .set({ ...patch, ...moved(ruling.value, tx.now), ...(reason && { endReason: reason }) })
      .where(and(eq(orders.id, orderId), eq(orders.state, order.state), isNull(orders.endedAt)))
      .returning();
    if (!after) throw new Error(`Order ${orderId} changed under its lock.`);
    await tx.db.insert(orderHistory).values({
      id: tx.newId(),
      orderId,
      position: sql`(select count(*) from ${orderHistory} where ${orderHistory.orderId} = ${orderId})`,
      at: tx.now,
      fromState: order.state,
      toState: after.state,
      actorKind: tx.actor.kind,
      actorId: tx.actor.id,
      cause: after.failureCause,
      reason,
    });
    tx.audit({
      verb,
      subject: 'order',
      subjectId: orderId,
      why: reason,
      data: { from: order.state, to: after.state },
    });
    emitMove(tx, after);
    tx.refresh(`order:${orderId}`, `account:${after.clientId}`, 'role:manager');
    if (after.workerId) tx.refresh(`account:${after.workerId}`);
    return { moved: true, state: after.state };
  });
}

// Settings are read only for the commands of the clock; the others do not pay for it.
async function clockOf(tx: Tx, { name }: Command) {
  const byNoShow = name === 'fail_no_show' || name === 'cancel_unmatched';
  return {
    now: tx.now,
    noShowMinutes: byNoShow ? await readSetting(tx, 'no_show_minutes') : 0,
    autoCompleteHours: name === 'complete_unanswered' ? await readSetting(tx, 'auto_complete_hours') : 0,
  };
}

/** What is said of an order that has a worker. */
export function assignedFacts(order: OrderRow) {
  return {
    orderId: order.id,
    clientId: order.clientId,
    workerId: order.workerId!,
    startsAt: order.startsAt.toISOString(),
    durationMinutes: order.durationMinutes,
  };
}

function emitMove(tx: Tx, order: OrderRow): void {
  const { state } = order;
  const endedFacts = () => ({
    orderId: order.id,
    clientId: order.clientId,
    workerId: order.workerId,
    requestNumber: order.requestNumber,
    serviceName: order.serviceName,
    costCents: order.costCents?.toString() ?? null,
    priceCents: order.priceCents?.toString() ?? null,
    endedAt: order.endedAt!.toISOString(),
    endedBy: { kind: tx.actor.kind, id: tx.actor.id },
    reason: order.endReason,
  });
  switch (state) {
    case 'placed':
      return;
    case 'assigned':
      tx.emit(orderAssigned, {
        ...assignedFacts(order),
        serviceVersionId: order.serviceVersionId,
        costCents: order.costCents!.toString(),
        priceCents: order.priceCents!.toString(),
      });
      return;
    case 'ready':
      tx.emit(orderReady, assignedFacts(order));
      return;
    case 'in_progress':
      tx.emit(orderStarted, { ...assignedFacts(order), startedAt: order.startedAt!.toISOString() });
      return;
    case 'reported':
      tx.emit(orderReported, { ...assignedFacts(order), reportedAt: order.reportedAt!.toISOString() });
      return;
    case 'completed':
      tx.emit(orderCompleted, endedFacts());
      return;
    case 'cancelled':
      tx.emit(orderCancelled, endedFacts());
      return;
    case 'failed':
      tx.emit(orderFailed, { ...endedFacts(), cause: order.failureCause as FailureCause });
      return;
  }
}
