import { and, asc, desc, eq, getTableColumns, ilike, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { audits, contacts, hypotheses } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';

const pageSize = 50;

export type Audit = typeof audits.$inferSelect;

/** The queue: open audits oldest first, or concluded ones newest first; a page of 50. */
export async function auditQueue(
  ctx: Ctx,
  {
    concluded = false,
    kind,
    search = '',
    page = 1,
  }: { concluded?: boolean; kind?: string; search?: string; page?: number },
) {
  requireRole(ctx, 'manager');
  const text = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const where = and(
    concluded ? isNotNull(audits.concludedAt) : isNull(audits.concludedAt),
    kind === 'incident' || kind === 'sample' ? eq(audits.kind, kind) : undefined,
    search ? or(ilike(audits.requestNumber, text), ilike(audits.reason, text)) : undefined,
  );
  const rows = await ctx.db
    .select()
    .from(audits)
    .where(where)
    .orderBy(concluded ? desc(audits.concludedAt) : asc(audits.openedAt), asc(audits.id))
    .limit(pageSize)
    .offset((Math.max(1, page) - 1) * pageSize);
  const total = await ctx.db.$count(audits, where);
  return { rows, total, pageSize };
}

/** One audit with its contacts and hypothesis. Throws `Refused`: quality.not_found. */
export async function auditDetails(ctx: Ctx, auditId: string) {
  requireRole(ctx, 'manager');
  if (!/^[0-9a-f-]{36}$/.test(auditId)) throw new Refused('quality.not_found');
  const [audit] = await ctx.db.select().from(audits).where(eq(audits.id, auditId));
  if (!audit) throw new Refused('quality.not_found');
  const [log, [hypothesis]] = await Promise.all([
    ctx.db.select().from(contacts).where(eq(contacts.auditId, auditId)).orderBy(asc(contacts.at)).limit(100),
    ctx.db.select().from(hypotheses).where(eq(hypotheses.auditId, auditId)),
  ]);
  return { audit, contacts: log, hypothesis: hypothesis ?? null };
}

export type Hypothesis = Awaited<ReturnType<typeof hypothesisBacklog>>[number];

/** The backlog of hypotheses with the request each came from, last moved first; at most 200. */
export async function hypothesisBacklog(ctx: Ctx) {
  requireRole(ctx, 'manager');
  return ctx.db
    .select({ ...getTableColumns(hypotheses), requestNumber: audits.requestNumber })
    .from(hypotheses)
    .leftJoin(audits, eq(audits.id, hypotheses.auditId))
    .orderBy(desc(hypotheses.changedAt), desc(hypotheses.id))
    .limit(200);
}

/** How many audits wait. */
export async function openAuditCount(ctx: Ctx): Promise<number> {
  requireRole(ctx, 'manager');
  const [row] = await ctx.db
    .select({ count: sql<number>`count(*)::int` })
    .from(audits)
    .where(isNull(audits.concludedAt));
  return row?.count ?? 0;
}
