import { and, asc, desc, eq, gt, inArray, lte, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { cookies, items, jobLines, jobs, purchases, stockMovements } from '#db/schema/consumables.ts';
import { type Ctx, hasRole, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type CookieState, isDealtWith, issueBlockers, type JobState } from './job.rules.ts';

const boardLimit = 200;
const listLimit = 500;
const issuedShownHours = 12;

type Bilingual = { en: string; ru: string };

/** The cookie as screens show it: when it is ordered, when it should be there, what it says. */
export type CookieView = {
  state: CookieState;
  orderAt: Date;
  etaAt: Date | null;
  arrivedAt: Date | null;
  prediction: Bilingual | null;
  isLate: boolean;
  trouble: 'no_answer' | 'refused' | 'failed' | null;
  waivedWhy: string | null;
};

export type BoardJob = {
  id: string;
  orderId: string;
  requestNumber: string;
  serviceName: Bilingual;
  workerName: string;
  dueAt: Date;
  startsAt: Date;
  openedAt: Date;
  issuedAt: Date | null;
  state: JobState;
  doneCount: number;
  lineCount: number;
  cookie: CookieView;
  /** Everything is in the box and the cookie is there or waived: only the signature is missing. */
  isReady: boolean;
};

const toCookieView = (cookie: typeof cookies.$inferSelect): CookieView => ({
  state: cookie.state,
  orderAt: cookie.orderAt,
  etaAt: cookie.etaAt,
  arrivedAt: cookie.arrivedAt,
  prediction: cookie.prediction,
  isLate: cookie.lateAt !== null && cookie.state === 'ordered',
  trouble: cookie.trouble,
  waivedWhy: cookie.waivedWhy,
});

/** The warehouse's board: open jobs and expected returns by due time, and what was issued in the last hours. */
export async function readBoard(ctx: Ctx): Promise<BoardJob[]> {
  requireRole(ctx, 'staff', 'manager');
  const rows = await ctx.db
    .select({ job: jobs, cookie: cookies })
    .from(jobs)
    .innerJoin(cookies, eq(cookies.jobId, jobs.id))
    .where(
      or(
        inArray(jobs.state, ['open', 'returning']),
        and(
          eq(jobs.state, 'issued'),
          gt(jobs.issuedAt, new Date(ctx.now.getTime() - issuedShownHours * 3_600_000)),
        ),
      ),
    )
    .orderBy(asc(jobs.dueAt), asc(jobs.id))
    .limit(boardLimit);
  const lines = await linesOfJobs(
    ctx,
    rows.map(({ job }) => job.id),
  );
  return rows.map(({ job, cookie }) => {
    const mine = lines.filter(({ jobId }) => jobId === job.id);
    return toBoardJob(job, cookie, mine);
  });
}

const linesOfJobs = (ctx: Ctx, jobIds: string[]) =>
  jobIds.length === 0
    ? Promise.resolve([])
    : ctx.db
        .select({ line: jobLines, item: items, jobId: jobLines.jobId })
        .from(jobLines)
        .innerJoin(items, eq(items.id, jobLines.itemId))
        .where(inArray(jobLines.jobId, jobIds))
        .orderBy(asc(jobLines.position));

type LineRow = { line: typeof jobLines.$inferSelect; item: typeof items.$inferSelect };

const blockersOf = (rows: readonly LineRow[], cookie: CookieState) =>
  issueBlockers(
    rows.map(({ line }) => line),
    cookie,
    new Map(rows.map(({ item }) => [item.id, item.onHandCount])),
  );

function toBoardJob(
  job: typeof jobs.$inferSelect,
  cookie: typeof cookies.$inferSelect,
  rows: readonly LineRow[],
): BoardJob {
  const isReturn = job.state === 'returning' || job.state === 'returned';
  return {
    id: job.id,
    orderId: job.orderId,
    requestNumber: job.requestNumber,
    serviceName: job.serviceName,
    workerName: job.workerName,
    dueAt: job.dueAt,
    startsAt: job.startsAt,
    openedAt: job.openedAt,
    issuedAt: job.issuedAt,
    state: job.state,
    doneCount: rows.filter(({ line }) => (isReturn ? line.returnedCount !== null : isDealtWith(line))).length,
    lineCount: rows.length,
    cookie: toCookieView(cookie),
    isReady: job.state === 'open' && blockersOf(rows, cookie.state).length === 0,
  };
}

export type JobLine = {
  id: string;
  itemId: string;
  code: string;
  name: Bilingual;
  unit: Bilingual;
  proposedCount: number | null;
  count: number;
  isTicked: boolean;
  onHandCount: number;
  returnedCount: number | null;
  writtenOffCount: number | null;
  writtenOffWhy: string | null;
};

export type Job = BoardJob & {
  clientName: string;
  task: string;
  place: string;
  closedWhy: string | null;
  signaturePhotoId: string | null;
  lines: JobLine[];
  blockers: ('lines' | 'cookie' | 'stock')[];
};

/** One job with its kit. Throws `Refused`: consumables.not_found. */
export async function readJob(ctx: Ctx, jobId: string): Promise<Job> {
  requireRole(ctx, 'staff', 'manager');
  if (!z.uuid().safeParse(jobId).success) throw new Refused('consumables.not_found');
  const [found] = await ctx.db
    .select({ job: jobs, cookie: cookies })
    .from(jobs)
    .innerJoin(cookies, eq(cookies.jobId, jobs.id))
    .where(eq(jobs.id, jobId));
  if (!found) throw new Refused('consumables.not_found');
  const { job, cookie } = found;
  const rows = await linesOfJobs(ctx, [jobId]);
  return {
    ...toBoardJob(job, cookie, rows),
    clientName: job.clientName,
    task: job.task,
    place: job.place,
    closedWhy: job.closedWhy,
    signaturePhotoId: job.signaturePhotoId,
    blockers: job.state === 'open' ? blockersOf(rows, cookie.state) : [],
    lines: rows.map(({ line, item }) => ({
      id: line.id,
      itemId: item.id,
      code: item.code,
      name: item.name,
      unit: item.unit,
      proposedCount: line.proposedCount,
      count: line.count,
      isTicked: line.isTicked,
      onHandCount: item.onHandCount,
      returnedCount: line.returnedCount,
      writtenOffCount: line.writtenOffCount,
      writtenOffWhy: line.writtenOffWhy,
    })),
  };
}

export type KitState = {
  orderId: string;
  state: 'assembling' | 'ready' | 'issued' | 'dropped' | 'return' | 'returned';
  dueAt: Date;
  issuedAt: Date | null;
  prediction: Bilingual | null;
  signaturePhotoId: string | null;
  items: { name: Bilingual; unit: Bilingual; count: number }[];
};

const kitStateOf = {
  open: 'assembling',
  issued: 'issued',
  dropped: 'dropped',
  returning: 'return',
  returned: 'returned',
} as const;

/**
 * How far the kits of these orders are, for those who may know: the order's worker and client, staff and managers.
 * An order without a job yet, or of somebody else, is not in the answer. At most 200 orders.
 */
export async function readKits(ctx: Ctx, orderIds: readonly string[]): Promise<Map<string, KitState>> {
  if (orderIds.length === 0) return new Map();
  const seesAll = ctx.actor.kind === 'system' || hasRole(ctx, 'staff') || hasRole(ctx, 'manager');
  const rows = await ctx.db
    .select({ job: jobs, cookie: cookies })
    .from(jobs)
    .innerJoin(cookies, eq(cookies.jobId, jobs.id))
    .where(
      and(
        inArray(jobs.orderId, orderIds.slice(0, boardLimit)),
        seesAll ? undefined : or(eq(jobs.workerId, ctx.actor.id), eq(jobs.clientId, ctx.actor.id)),
      ),
    );
  const lines = await linesOfJobs(
    ctx,
    rows.map(({ job }) => job.id),
  );
  return new Map(
    rows.map(({ job, cookie }) => {
      const mine = lines.filter(({ jobId }) => jobId === job.id);
      const isReady = job.state === 'open' && blockersOf(mine, cookie.state).length === 0;
      return [
        job.orderId,
        {
          orderId: job.orderId,
          state: isReady ? 'ready' : kitStateOf[job.state],
          dueAt: job.dueAt,
          issuedAt: job.issuedAt,
          prediction: cookie.prediction,
          signaturePhotoId: job.signaturePhotoId,
          items: mine
            .filter(({ line }) => line.count > 0)
            .map(({ line, item }) => ({ name: item.name, unit: item.unit, count: line.count })),
        },
      ];
    }),
  );
}

/** Whether this signature is of a job: staff and managers see any, the worker and the client their own. */
export async function maySeeSignature(ctx: Ctx, photoId: string): Promise<boolean> {
  const any = hasRole(ctx, 'staff') || hasRole(ctx, 'manager');
  const [job] = await ctx.db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.signaturePhotoId, photoId),
        any ? undefined : or(eq(jobs.workerId, ctx.actor.id), eq(jobs.clientId, ctx.actor.id)),
      ),
    )
    .limit(1);
  return Boolean(job);
}

export type StockItem = {
  id: string;
  code: string;
  name: Bilingual;
  unit: Bilingual;
  onHandCount: number;
  reservedCount: number;
  reorderPointCount: number;
  isLow: boolean;
  purchase: { id: string; state: 'proposed' | 'ordered'; count: number } | null;
};

/** Every item with what is on hand, what open jobs reserve, and the purchase that is under way. */
export async function readStock(ctx: Ctx): Promise<StockItem[]> {
  requireRole(ctx, 'staff', 'manager', 'system');
  const reserved = ctx.db
    .select({ itemId: jobLines.itemId, count: sql<number>`sum(${jobLines.count})::int`.as('reserved_count') })
    .from(jobLines)
    .innerJoin(jobs, and(eq(jobs.id, jobLines.jobId), eq(jobs.state, 'open')))
    .groupBy(jobLines.itemId)
    .as('reserved');
  const rows = await ctx.db
    .select({ item: items, reservedCount: reserved.count, purchase: purchases })
    .from(items)
    .leftJoin(reserved, eq(reserved.itemId, items.id))
    .leftJoin(
      purchases,
      and(eq(purchases.itemId, items.id), inArray(purchases.state, ['proposed', 'ordered'])),
    )
    .where(eq(items.isActive, true))
    .orderBy(asc(items.code))
    .limit(listLimit);
  return rows.map(({ item, reservedCount, purchase }) => ({
    id: item.id,
    code: item.code,
    name: item.name,
    unit: item.unit,
    onHandCount: item.onHandCount,
    reservedCount: reservedCount ?? 0,
    reorderPointCount: item.reorderPointCount,
    isLow: item.onHandCount < item.reorderPointCount,
    purchase: purchase && { id: purchase.id, state: purchase.state as 'proposed', count: purchase.count },
  }));
}

export type StockMovement = {
  id: string;
  kind: (typeof stockMovements.$inferSelect)['kind'];
  count: number;
  deltaCount: number;
  lot: string | null;
  why: string | null;
  at: Date;
  actorId: string;
  requestNumber: string | null;
};

/** One item's shelf and its last 100 movements, newest first. Throws `Refused`: consumables.not_found. */
export async function readItem(
  ctx: Ctx,
  itemId: string,
): Promise<{ item: StockItem; movements: StockMovement[] }> {
  const item = (await readStock(ctx)).find(({ id }) => id === itemId);
  if (!item) throw new Refused('consumables.not_found');
  const rows = await ctx.db
    .select({ movement: stockMovements, requestNumber: jobs.requestNumber })
    .from(stockMovements)
    .leftJoin(jobs, eq(jobs.id, stockMovements.jobId))
    .where(eq(stockMovements.itemId, itemId))
    .orderBy(desc(stockMovements.id))
    .limit(100);
  return {
    item,
    movements: rows.map(({ movement, requestNumber }) => ({
      id: movement.id,
      kind: movement.kind,
      count: movement.count,
      deltaCount: movement.deltaCount,
      lot: movement.lot,
      why: movement.why,
      at: movement.at,
      actorId: movement.actorId,
      requestNumber,
    })),
  };
}

/** When the cookie of an order is to be ordered; null when there is nothing to order. */
export async function readCookieOrderAt(ctx: Ctx, orderId: string): Promise<Date | null> {
  requireRole(ctx, 'system');
  const [cookie] = await ctx.db
    .select()
    .from(cookies)
    .where(and(eq(cookies.orderId, orderId), eq(cookies.state, 'planned')));
  return cookie?.orderAt ?? null;
}

/**
 * The orders whose cookie should be asked for now, oldest first, at most 50: those waiting, and those whose order never
 * went out at its time.
 */
export async function listCookiesToAsk(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system');
  const overdue = new Date(ctx.now.getTime() - 2 * 60_000);
  const rows = await ctx.db
    .select({ orderId: cookies.orderId })
    .from(cookies)
    .where(
      or(lte(cookies.nextAskAt, ctx.now), and(eq(cookies.state, 'planned'), lte(cookies.orderAt, overdue))),
    )
    .orderBy(asc(cookies.nextAskAt))
    .limit(50);
  return rows.map(({ orderId }) => orderId);
}
