import { and, asc, desc, eq, ilike, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { audits, contacts, hypotheses } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';

const pageSize = 50;

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
  const where = and(
    concluded ? isNotNull(audits.concludedAt) : isNull(audits.concludedAt),
    kind === 'incident' || kind === 'sample' ? eq(audits.kind, kind) : undefined,
    search ? or(ilike(audits.requestNumber, `%${search}%`), ilike(audits.reason, `%${search}%`)) : undefined,
  );
  const rows = await ctx.db
    .select()
    .from(audits)
    .where(where)
    .orderBy(concluded ? desc(audits.concludedAt) : asc(audits.openedAt))
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

/** The backlog of hypotheses, newest first; at most 200. */
export async function hypothesisBacklog(ctx: Ctx) {
  requireRole(ctx, 'manager');
  return ctx.db.select().from(hypotheses).orderBy(desc(hypotheses.createdAt)).limit(200);
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
