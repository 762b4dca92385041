import { files } from '#db/schema/kernel.ts';
import { createServiceType } from '#lib/catalog/index.ts';
import type { Actor, Ctx } from '#lib/kernel/ctx.ts';
import { account, as, at, testNow } from '#lib/kernel/testing.ts';
import { assignOrder } from './assign-order.ts';
import { cancelOrder } from './cancel-order.ts';
import { confirmOrder } from './confirm-order.ts';
import { declineOrder } from './decline-order.ts';
import { markReady } from './mark-ready.ts';
import { type OrderState, orderStates } from './order.rules.ts';
import { placeOrder } from './place-order.ts';
import { reportOrder } from './report-order.ts';
import { startOrder } from './start-order.ts';

export const inMinutes = (minutes: number, from = testNow): Date =>
  new Date(from.getTime() + minutes * 60_000);

/** A published service of 30 minutes; the same one however often it is asked for. */
export function serviceForTests(ctx: Ctx): Promise<{ serviceTypeId: string }> {
  return createServiceType(as(ctx, { kind: 'system', id: 'test' }), {
    requestKey: 'service-for-tests',
    name: { en: 'Push a pen', ru: 'Скинуть ручку' },
    description: { en: 'Off a desk.', ru: 'Со стола.' },
    durationMinutes: 30,
    skills: ['precision'],
    kit: [{ itemCode: 'ballpoint-pen', quantity: 2 }],
  });
}

/** A photo as it would have been uploaded. */
export async function photoOf(ctx: Ctx, owner: Actor, kind: 'check_in' | 'report'): Promise<string> {
  const id = ctx.newId();
  await ctx.db.insert(files).values({
    id,
    uploadId: id,
    ownerId: owner.id,
    kind,
    sha256: 'x',
    widthPx: 1,
    heightPx: 1,
    sizeBytes: 1,
    createdAt: ctx.now,
  });
  return id;
}

/** An order that came to a state on the usual way: asked for at `ctx.now`, for an hour later, at 100 units. */
export async function orderIn(
  ctx: Ctx,
  state: OrderState,
  {
    startsAt = inMinutes(60, ctx.now),
    client = account('client'),
    worker = account('worker'),
    requestKey = `key-${ctx.newId()}`,
  }: { startsAt?: Date; client?: Actor; worker?: Actor; requestKey?: string } = {},
) {
  const system = as(ctx, { kind: 'system', id: 'test' });
  const asClient = as(ctx, client);
  const asWorker = as(ctx, worker);
  const { serviceTypeId } = await serviceForTests(ctx);
  const placed = await placeOrder(asClient, {
    requestKey,
    serviceTypeId,
    what: 'The red pen, please',
    place: 'Desk 4',
    contact: 'Extension 12',
    startsAt,
  });
  const { orderId } = placed;
  const facts = { ...placed, client, worker, startsAt, asClient, asWorker, system, serviceTypeId };
  const reaches = (wanted: OrderState) =>
    state === 'failed' ? wanted === 'assigned' : orderStates.indexOf(state) >= orderStates.indexOf(wanted);
  if (state === 'cancelled') await cancelOrder(asClient, { orderId });
  if (state === 'cancelled' || state === 'placed') return facts;
  await assignOrder(system, {
    orderId,
    matchId: ctx.newId(),
    workerId: worker.id,
    workerName: 'Vasya',
    costCents: 10_000n,
    discountPercent: 0,
  });
  if (state === 'failed') {
    await declineOrder(asWorker, { orderId });
    return facts;
  }
  if (reaches('ready')) await markReady(system, { orderId });
  if (reaches('in_progress'))
    await startOrder(at(asWorker, startsAt), { orderId, photoId: await photoOf(ctx, worker, 'check_in') });
  const done = inMinutes(30, startsAt);
  if (reaches('reported'))
    await reportOrder(at(asWorker, done), { orderId, photoId: await photoOf(ctx, worker, 'report') });
  if (reaches('completed')) await confirmOrder(at(asClient, done), { orderId });
  return facts;
}
