import { and, count, desc, inArray, isNotNull, isNull } from 'drizzle-orm';
import { discrepancies, reconciliations } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { purposes } from './partner-list.ts';

export type Reconciliation = typeof reconciliations.$inferSelect & { openCount: number; foundCount: number };
export type Discrepancy = typeof discrepancies.$inferSelect;

/** The days compared with the partners' lists, the latest first, with what each left open. */
export async function listReconciliations(
  ctx: Ctx,
  { limit = 30, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<{ rows: Reconciliation[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(reconciliations)
      .orderBy(desc(reconciliations.toAt), reconciliations.purpose)
      .limit(limit)
      .offset(offset),
    ctx.db.$count(reconciliations),
  ]);
  const days = [...new Set(rows.map(({ day }) => day))];
  const found = await ctx.db
    .select({
      purpose: discrepancies.purpose,
      day: discrepancies.day,
      found: count(),
      resolved: count(discrepancies.resolvedAt),
    })
    .from(discrepancies)
    .where(and(inArray(discrepancies.purpose, [...purposes]), inArray(discrepancies.day, days)))
    .groupBy(discrepancies.purpose, discrepancies.day);
  return {
    rows: rows.map((row) => {
      const of = found.find(({ purpose, day }) => purpose === row.purpose && day === row.day);
      return { ...row, foundCount: of?.found ?? 0, openCount: of ? of.found - of.resolved : 0 };
    }),
    total,
  };
}

/** What we and a partner do not see alike: what is open, or with `resolved` what was settled; the latest first. */
export async function listDiscrepancies(
  ctx: Ctx,
  { resolved = false, limit = 50, offset = 0 }: { resolved?: boolean; limit?: number; offset?: number } = {},
): Promise<{ rows: Discrepancy[]; total: number }> {
  requireRole(ctx, 'manager', 'billing');
  const which = resolved ? isNotNull(discrepancies.resolvedAt) : isNull(discrepancies.resolvedAt);
  const [rows, total] = await Promise.all([
    ctx.db
      .select()
      .from(discrepancies)
      .where(which)
      .orderBy(desc(resolved ? discrepancies.resolvedAt : discrepancies.foundAt), discrepancies.key)
      .limit(limit)
      .offset(offset),
    ctx.db.$count(discrepancies, which),
  ]);
  return { rows, total };
}
