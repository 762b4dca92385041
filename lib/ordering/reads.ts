import { and, asc, desc, eq, gt, gte, ilike, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { orderHistory, orders } from '#db/schema/ordering.ts';
import { accountNames } from '#lib/identity/index.ts';
import { type Ctx, hasRole, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { activeStates, type FailureCause, noShowAt, type OrderState, orderStates } from './order.rules.ts';

type Row = typeof orders.$inferSelect;

/** An order as the people concerned may see it; `reorderedAsId` is its re-order, if there is one. */
export type Order = Omit<Row, 'search' | 'requestKey'> & { reorderedAsId: string | null };

/** One line of a list. */
export type OrderLine = Pick<
  Row,
  | 'id'
  | 'requestNumber'
  | 'clientId'
  | 'clientName'
  | 'serviceName'
  | 'what'
  | 'place'
  | 'contact'
  | 'startsAt'
  | 'durationMinutes'
  | 'state'
  | 'workerId'
  | 'workerName'
  | 'priceCents'
  | 'placedAt'
  | 'endedAt'
  | 'overranAt'
  | 'failureCause'
>;

/** A page of a list, newest first. `older` and `newer` are the cursors of the pages beside it, null at the ends. */
export type OrderPage = { orders: OrderLine[]; older: string | null; newer: string | null };

/** Where to go on: the id of the last (`before`) or first (`after`) order of the page one comes from. */
export type Cursor = { before?: string; after?: string };

/** One step of an order's life. `actorName` is null for the system. */
export type HistoryLine = {
  at: Date;
  fromState: OrderState | null;
  toState: OrderState;
  actorKind: 'account' | 'system' | 'anonymous';
  actorId: string;
  actorName: string | null;
  cause: FailureCause | null;
  reason: string | null;
};

const pageSize = 20;
const activeLimit = 50;
const sweepLimit = 100;
const searchLimitChars = 100;
const drawLimit = 2000;

const line = {
  id: orders.id,
  requestNumber: orders.requestNumber,
  clientId: orders.clientId,
  clientName: orders.clientName,
  serviceName: orders.serviceName,
  what: orders.what,
  place: orders.place,
  contact: orders.contact,
  startsAt: orders.startsAt,
  durationMinutes: orders.durationMinutes,
  state: orders.state,
  workerId: orders.workerId,
  workerName: orders.workerName,
  priceCents: orders.priceCents,
  placedAt: orders.placedAt,
  endedAt: orders.endedAt,
  overranAt: orders.overranAt,
  failureCause: orders.failureCause,
};

const isId = (value: unknown): value is string => z.uuid().safeParse(value).success;
export const isOrderState = (value: unknown): value is OrderState =>
  orderStates.includes(value as OrderState);

/** Rows whose text holds what was typed; nothing when nothing was typed. */
function containing(q: string | undefined): SQL | undefined {
  const text = q?.trim().toLowerCase().slice(0, searchLimitChars);
  if (!text) return undefined;
  return ilike(orders.search, `%${text.replace(/[\\%_]/g, '\\$&')}%`);
}

async function page(ctx: Pick<Ctx, 'db'>, where: (SQL | undefined)[], cursor: Cursor): Promise<OrderPage> {
  const backwards = isId(cursor.after);
  const from = backwards
    ? gt(orders.id, cursor.after!)
    : isId(cursor.before)
      ? lt(orders.id, cursor.before!)
      : undefined;
  const found = await ctx.db
    .select(line)
    .from(orders)
    .where(and(...where, from))
    .orderBy(backwards ? asc(orders.id) : desc(orders.id))
    .limit(pageSize + 1);
  const more = found.length > pageSize;
  const rows = found.slice(0, pageSize);
  if (backwards) rows.reverse();
  const hasOlder = backwards ? true : more;
  const hasNewer = backwards ? more : from !== undefined;
  return {
    orders: rows,
    older: hasOlder ? (rows.at(-1)?.id ?? null) : null,
    newer: hasNewer ? (rows[0]?.id ?? null) : null,
  };
}

/** The client's own orders that have not ended, newest first. */
export async function myActiveOrders(ctx: Ctx): Promise<OrderLine[]> {
  requireRole(ctx, 'client');
  return ctx.db
    .select(line)
    .from(orders)
    .where(and(eq(orders.clientId, ctx.actor.id), isNull(orders.endedAt)))
    .orderBy(desc(orders.id))
    .limit(activeLimit);
}

/** The client's own orders: all that match, or those that ended. */
export async function myOrders(
  ctx: Ctx,
  { q, state, ended, ...cursor }: Cursor & { q?: string; state?: OrderState; ended?: boolean } = {},
): Promise<OrderPage> {
  requireRole(ctx, 'client');
  const over = ended ? sql`${orders.endedAt} is not null` : undefined;
  return page(
    ctx,
    [eq(orders.clientId, ctx.actor.id), state && eq(orders.state, state), over, containing(q)],
    cursor,
  );
}

/** What the client filled in last: contact and place, for the next form. */
export async function myLastRequest(ctx: Ctx): Promise<{ place: string; contact: string } | null> {
  requireRole(ctx, 'client');
  const [last] = await ctx.db
    .select({ place: orders.place, contact: orders.contact })
    .from(orders)
    .where(eq(orders.clientId, ctx.actor.id))
    .orderBy(desc(orders.id))
    .limit(1);
  return last ?? null;
}

/** The worker's own orders in some states; active ones by their time, the others newest first [US-140]. */
export async function workOf(
  ctx: Ctx,
  { states = activeStates, ...cursor }: Cursor & { states?: readonly OrderState[] } = {},
): Promise<OrderPage> {
  requireRole(ctx, 'worker');
  const found = await page(
    ctx,
    [eq(orders.workerId, ctx.actor.id), inArray(orders.state, [...states])],
    cursor,
  );
  if (states.every((state) => activeStates.includes(state)))
    found.orders.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  return found;
}

/** All orders, for managers; `from` and `to` bound the time of the work. */
export async function allOrders(
  ctx: Ctx,
  {
    q,
    state,
    from,
    to,
    ...cursor
  }: Cursor & { q?: string; state?: OrderState | 'active'; from?: Date; to?: Date } = {},
): Promise<OrderPage> {
  requireRole(ctx, 'manager');
  return page(
    ctx,
    [
      state === 'active' ? isNull(orders.endedAt) : state && eq(orders.state, state),
      from && gte(orders.startsAt, from),
      to && lt(orders.startsAt, to),
      containing(q),
    ],
    cursor,
  );
}

/** Orders whose work has not begun, soonest first, at most 50; for managers. */
export async function upcomingOrders(ctx: Ctx, { q }: { q?: string } = {}): Promise<OrderLine[]> {
  requireRole(ctx, 'manager');
  return ctx.db
    .select(line)
    .from(orders)
    .where(and(isNull(orders.endedAt), inArray(orders.state, ['placed', 'assigned', 'ready']), containing(q)))
    .orderBy(asc(orders.startsAt), asc(orders.id))
    .limit(activeLimit);
}

/** Lines of known orders by id, at most 200; unknown ids are missing. For managers. */
export async function orderLines(ctx: Ctx, ids: readonly string[]): Promise<Map<string, OrderLine>> {
  requireRole(ctx, 'manager');
  const wanted = [...new Set(ids)].filter(isId).slice(0, 200);
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db.select(line).from(orders).where(inArray(orders.id, wanted));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The orders completed in a period, in an order drawn by `ctx.random`; of very many the latest 2000. */
export async function randomCompletedOrders(
  ctx: Ctx,
  { from, before }: { from: Date; before: Date },
): Promise<{ orderId: string; requestNumber: string; clientId: string; workerId: string | null }[]> {
  requireRole(ctx, 'manager', 'system');
  const found = await ctx.db
    .select({
      orderId: orders.id,
      requestNumber: orders.requestNumber,
      clientId: orders.clientId,
      workerId: orders.workerId,
    })
    .from(orders)
    .where(and(eq(orders.state, 'completed'), gte(orders.endedAt, from), lt(orders.endedAt, before)))
    .orderBy(desc(orders.endedAt), desc(orders.id))
    .limit(drawLimit);
  for (let i = found.length - 1; i > 0; i--) {
    const j = Math.floor(ctx.random() * (i + 1));
    [found[i], found[j]] = [found[j]!, found[i]!];
  }
  return found;
}

/** How many orders are in each state that is not final, for managers. */
export async function activeCounts(ctx: Ctx): Promise<Partial<Record<OrderState, number>>> {
  requireRole(ctx, 'manager');
  const rows = await ctx.db
    .select({ state: orders.state, count: sql<number>`count(*)::int` })
    .from(orders)
    .where(isNull(orders.endedAt))
    .groupBy(orders.state);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/**
 * An order that this actor may see: clients and workers their own, managers, billing, warehouse staff and the system
 * any. Null for every other id: nobody learns that it exists.
 */
export async function readOrder(ctx: Ctx, orderId: string): Promise<Order | null> {
  if (!isId(orderId)) return null;
  const { actor } = ctx;
  const any =
    actor.kind === 'system' || hasRole(ctx, 'manager') || hasRole(ctx, 'staff') || hasRole(ctx, 'billing');
  if (!any && actor.kind !== 'account') return null;
  const own = any
    ? undefined
    : or(
        hasRole(ctx, 'client') ? eq(orders.clientId, actor.id) : undefined,
        hasRole(ctx, 'worker') ? eq(orders.workerId, actor.id) : undefined,
      );
  if (!any && !own) return null;
  const next = alias(orders, 'next');
  const [row] = await ctx.db
    .select({ order: orders, reorderedAsId: next.id })
    .from(orders)
    .leftJoin(next, eq(next.originalOrderId, orders.id))
    .where(and(eq(orders.id, orderId), own));
  if (!row) return null;
  const { search: _search, requestKey: _requestKey, ...order } = row.order;
  return { ...order, reorderedAsId: row.reorderedAsId };
}

/** Any order, for managers; null when there is no such order. */
export async function orderForManagers(ctx: Ctx, orderId: string): Promise<Order | null> {
  requireRole(ctx, 'manager', 'system');
  return readOrder(ctx, orderId);
}

/** The complete history of an order that `readOrder` gave out, oldest first. */
export async function historyOf(ctx: Ctx, order: Pick<Order, 'id'>): Promise<HistoryLine[]> {
  const rows = await ctx.db
    .select({
      at: orderHistory.at,
      fromState: orderHistory.fromState,
      toState: orderHistory.toState,
      actorKind: orderHistory.actorKind,
      actorId: orderHistory.actorId,
      cause: orderHistory.cause,
      reason: orderHistory.reason,
    })
    .from(orderHistory)
    .where(eq(orderHistory.orderId, order.id))
    .orderBy(asc(orderHistory.position))
    .limit(orderStates.length);
  const names = await accountNames(
    ctx,
    rows.map((row) => row.actorId),
  );
  return rows.map((row) => ({ ...row, actorName: names.get(row.actorId) ?? null }));
}

/** Whether this actor may look at a photo of an order: its client, its worker, and managers may. */
export async function maySeePhotoOfOrder(ctx: Ctx, photoId: string): Promise<boolean> {
  if (!isId(photoId) || ctx.actor.kind !== 'account') return false;
  const { id } = ctx.actor;
  const [row] = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(
      and(
        or(eq(orders.startPhotoId, photoId), eq(orders.reportPhotoId, photoId)),
        hasRole(ctx, 'manager') ? undefined : or(eq(orders.clientId, id), eq(orders.workerId, id)),
      ),
    )
    .limit(1);
  return row !== undefined;
}

export const redriveLists = ['unmatched', 'late', 'unanswered', 'overrun'] as const;
export type RedriveList = (typeof redriveLists)[number];

/**
 * Orders whose next step was lost (unmatched) or is due (the others), for the sweep: a page behind `after`, oldest first.
 * `next` is the cursor of the following page, null after the last.
 */
export async function ordersToRedrive(
  ctx: Ctx,
  { list, after }: { list: RedriveList; after: string | null },
): Promise<{ orderIds: string[]; next: string | null }> {
  requireRole(ctx, 'system');
  const ago = (ms: number) => new Date(ctx.now.getTime() - ms);
  const lateSince = ago((await readSetting(ctx, 'no_show_minutes')) * 60_000);
  const isDue: Record<RedriveList, SQL | undefined> = {
    unmatched: and(
      eq(orders.state, 'placed'),
      lte(orders.placedAt, ago(60_000)),
      gt(orders.startsAt, lateSince),
    ),
    late: and(inArray(orders.state, ['placed', 'assigned', 'ready']), lte(orders.startsAt, lateSince)),
    unanswered: and(
      eq(orders.state, 'reported'),
      lte(orders.reportedAt, ago((await readSetting(ctx, 'auto_complete_hours')) * 3_600_000)),
    ),
    overrun: and(
      eq(orders.state, 'in_progress'),
      isNull(orders.overranAt),
      lte(
        sql`${orders.startedAt} + 2 * ${orders.durationMinutes} * interval '1 minute'`,
        ctx.now.toISOString(),
      ),
    ),
  };
  const [afterStart, afterId] = after?.split(' ') ?? [];
  const rows = await ctx.db
    .select({ id: orders.id, startsAt: orders.startsAt })
    .from(orders)
    .where(
      and(
        isNull(orders.endedAt),
        isDue[list],
        after ? sql`(${orders.startsAt}, ${orders.id}) > (${afterStart}, ${afterId})` : undefined,
      ),
    )
    .orderBy(asc(orders.startsAt), asc(orders.id))
    .limit(sweepLimit);
  const last = rows.length === sweepLimit ? rows.at(-1) : undefined;
  return {
    orderIds: rows.map(({ id }) => id),
    next: last ? `${last.startsAt.toISOString()} ${last.id}` : null,
  };
}

/** What matching needs of an order that has no worker yet. */
export type UnmatchedOrder = Pick<
  Row,
  'clientId' | 'serviceTypeId' | 'startsAt' | 'durationMinutes' | 'skills' | 'excludedWorkerId'
> & { orderId: string };

const unmatchedColumns = {
  orderId: orders.id,
  clientId: orders.clientId,
  serviceTypeId: orders.serviceTypeId,
  startsAt: orders.startsAt,
  durationMinutes: orders.durationMinutes,
  skills: orders.skills,
  excludedWorkerId: orders.excludedWorkerId,
};

/**
 * What matching needs of a placed order; null when it is not placed (any more). With `inTime`, null also when it would
 * fail by the clock as soon as somebody had it.
 */
export async function unmatchedOrder(
  ctx: Ctx,
  orderId: string,
  { inTime = false }: { inTime?: boolean } = {},
): Promise<UnmatchedOrder | null> {
  requireRole(ctx, 'system');
  if (!isId(orderId)) return null;
  const [order] = await ctx.db
    .select(unmatchedColumns)
    .from(orders)
    .where(and(eq(orders.id, orderId), eq(orders.state, 'placed')));
  if (!order) return null;
  if (inTime && (await noShowLimit(ctx, order.startsAt)) <= ctx.now) return null;
  return order;
}

/** The instant at which an order without check-in fails, by the setting in force [US-130]. */
export async function noShowLimit(ctx: Ctx, startsAt: Date): Promise<Date> {
  return noShowAt(startsAt, await readSetting(ctx, 'no_show_minutes'));
}
