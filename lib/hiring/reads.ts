import { and, asc, desc, eq, ilike, or } from 'drizzle-orm';
import { applications } from '#db/schema/hiring.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';

const pageSize = 50;
export type Application = typeof applications.$inferSelect;
export type ApplicationState = Application['state'];

/** Applications of one state: new ones oldest first, decided ones newest first; a page of 50. */
export async function applicationList(
  ctx: Ctx,
  { state = 'new', search = '', page = 1 }: { state?: ApplicationState; search?: string; page?: number },
): Promise<{ rows: Application[]; total: number; pageSize: number }> {
  requireRole(ctx, 'manager');
  const text = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const where = and(
    eq(applications.state, state),
    search
      ? or(ilike(applications.name, text), ilike(applications.email, text), ilike(applications.breed, text))
      : undefined,
  );
  const rows = await ctx.db
    .select()
    .from(applications)
    .where(where)
    .orderBy(state === 'new' ? asc(applications.submittedAt) : desc(applications.submittedAt))
    .limit(pageSize)
    .offset((Math.max(1, page) - 1) * pageSize);
  return { rows, total: await ctx.db.$count(applications, where), pageSize };
}

/** One application. Throws `Refused`: hiring.not_found. */
export async function applicationDetails(ctx: Ctx, applicationId: string): Promise<Application> {
  requireRole(ctx, 'manager');
  if (!/^[0-9a-f-]{36}$/.test(applicationId)) throw new Refused('hiring.not_found');
  const [row] = await ctx.db.select().from(applications).where(eq(applications.id, applicationId));
  if (!row) throw new Refused('hiring.not_found');
  return row;
}

/** How many applications wait for a decision. */
export async function newApplicationCount(ctx: Ctx): Promise<number> {
  requireRole(ctx, 'manager');
  return ctx.db.$count(applications, eq(applications.state, 'new'));
}
