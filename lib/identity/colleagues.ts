import { and, arrayContains, arrayOverlaps, asc, eq, ilike, or, sql } from 'drizzle-orm';
import { accounts, passwords, sessions } from '#db/schema/identity.ts';
import { type Ctx, type Role, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type ColleagueRole, colleagueRoles } from './colleague.rules.ts';

const pageSize = 50;

/** A colleague as managers see them. */
export type Colleague = {
  id: string;
  name: string;
  email: string;
  roles: Role[];
  active: boolean;
  createdAt: Date;
  deactivatedAt: Date | null;
  /** When they last did something, null before the first time. */
  lastSeenAt: Date | null;
  /** Whether they ever chose a password; until then the invitation is open. */
  hasPassword: boolean;
};

// With its table's name: alone it would mean the inner table's in a subquery.
const id = sql`${accounts}.id`;
const colleague = {
  id: accounts.id,
  name: accounts.name,
  email: accounts.email,
  roles: accounts.roles,
  active: accounts.active,
  createdAt: accounts.createdAt,
  deactivatedAt: accounts.deactivatedAt,
  lastSeenAt:
    sql<Date | null>`(select max(own.last_seen_at) from ${sessions} own where own.account_id = ${id})`.mapWith(
      (value: string | Date | null) => (value === null ? null : new Date(value)),
    ),
  hasPassword: sql<boolean>`exists (select 1 from ${passwords} own where own.account_id = ${id})`,
};

const isColleague = and(eq(accounts.source, 'local'), arrayOverlaps(accounts.roles, [...colleagueRoles]));

/** Staff, managers and billing, by name; a page of 50. Managers only. */
export async function colleagueList(
  ctx: Ctx,
  {
    active = true,
    role,
    search = '',
    page = 1,
  }: { active?: boolean; role?: ColleagueRole; search?: string; page?: number },
): Promise<{ rows: Colleague[]; total: number; pageSize: number }> {
  requireRole(ctx, 'manager');
  const text = `%${search.trim().replace(/[\\%_]/g, '\\$&')}%`;
  const where = and(
    isColleague,
    eq(accounts.active, active),
    role && arrayContains(accounts.roles, [role]),
    search.trim() ? or(ilike(accounts.name, text), ilike(accounts.email, text)) : undefined,
  );
  const rows = await ctx.db
    .select(colleague)
    .from(accounts)
    .where(where)
    .orderBy(asc(accounts.name), asc(accounts.id))
    .limit(pageSize)
    .offset((Math.max(1, page) - 1) * pageSize);
  return { rows, total: await ctx.db.$count(accounts, where), pageSize };
}

/** One colleague. Managers only. Throws `Refused`: identity.no_colleague. */
export async function colleagueDetails(ctx: Ctx, accountId: string): Promise<Colleague> {
  requireRole(ctx, 'manager');
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(accountId))
    throw new Refused('identity.no_colleague');
  const [row] = await ctx.db
    .select(colleague)
    .from(accounts)
    .where(and(isColleague, eq(accounts.id, accountId)));
  if (!row) throw new Refused('identity.no_colleague');
  return row;
}
