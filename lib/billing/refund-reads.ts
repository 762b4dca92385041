import { and, asc, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { attempts, invoices, items, refunds } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { openCredits } from './open-credits.ts';

type Attempt = typeof attempts.$inferSelect;
/** With its latest try; while no invoice is lower by one that failed, it can be sent again. */
export type Refund = typeof refunds.$inferSelect & { attempt: Attempt | null; canSendAgain: boolean };
export const refundStates = refunds.state.enumValues;

/** What went back of an invoice by the way it was paid, with how it went; the latest first. */
export async function refundsOf(ctx: Ctx, invoiceId: string): Promise<Refund[]> {
  const rows = await ctx.db
    .select()
    .from(refunds)
    .where(eq(refunds.invoiceId, invoiceId))
    .orderBy(desc(refunds.createdAt), desc(refunds.id))
    .limit(100);
  return withAttempts(ctx, rows);
}

/** What managers have granted of an invoice so far, by either way. */
export async function givenBackOf(ctx: Pick<Ctx, 'db'>, invoiceId: string): Promise<Cents> {
  // The kind is written out, as in the index, so that Postgres knows the index to be enough.
  const [given] = await ctx.db
    .select({ total: sql<string>`coalesce(-sum(${items.amountCents}), 0)` })
    .from(items)
    .where(sql`${items.kind} = 'refund_granted' and ${items.details}->>'invoiceId' = ${invoiceId}`);
  return BigInt(given!.total);
}

async function withAttempts(ctx: Ctx, rows: (typeof refunds.$inferSelect)[]): Promise<Refund[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const found = await ctx.db
    .select()
    .from(attempts)
    .where(and(eq(attempts.purpose, 'refund'), inArray(attempts.documentId, ids)))
    .orderBy(asc(attempts.attemptNo));
  const latest = new Map(found.map((attempt) => [attempt.documentId, attempt]));
  const open = await openCredits(ctx, [...latest.values()]);
  return rows.map((row) => {
    const attempt = latest.get(row.id) ?? null;
    return {
      ...row,
      attempt,
      canSendAgain: row.state === 'failed' && attempt !== null && open.has(attempt.id),
    };
  });
}

/** Money that goes back to clients by the way it came, the latest first, with the number of its invoice. */
export async function listRefunds(
  ctx: Ctx,
  {
    state,
    limit = 50,
    offset = 0,
  }: { state?: (typeof refundStates)[number]; limit?: number; offset?: number } = {},
): Promise<{ rows: (Refund & { invoiceNumber: number })[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which = state && eq(refunds.state, state);
  const [rows, total] = await Promise.all([
    ctx.db
      .select({ refund: refunds, invoiceNumber: invoices.number })
      .from(refunds)
      .innerJoin(invoices, eq(invoices.id, refunds.invoiceId))
      .where(which)
      .orderBy(desc(refunds.createdAt), desc(refunds.id))
      .limit(limit)
      .offset(offset),
    ctx.db.$count(refunds, which),
  ]);
  const numbers = new Map(rows.map(({ refund, invoiceNumber }) => [refund.id, invoiceNumber]));
  const found = await withAttempts(
    ctx,
    rows.map(({ refund }) => refund),
  );
  return { rows: found.map((row) => ({ ...row, invoiceNumber: numbers.get(row.id)! })), total };
}

/** Movements of money that a partner keeps silent about, whatever became of their document; the oldest first. */
export async function listParked(
  ctx: Ctx,
  { limit = 50, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<{ rows: Attempt[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const parked = eq(attempts.state, 'parked');
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select()
      .from(attempts)
      .where(parked)
      .orderBy(asc(attempts.createdAt), asc(attempts.id))
      .limit(limit)
      .offset(offset),
    ctx.db.select({ n: count() }).from(attempts).where(parked),
  ]);
  return { rows, total: counted!.n };
}
