import { and, arrayContains, desc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { accounts, directorySyncs, sessions } from '#db/schema/identity.ts';
import type { Ctx, Role } from '#lib/kernel/ctx.ts';

/** What other contexts may know of somebody. */
export type Person = {
  id: string;
  name: string;
  email: string;
  locale: 'en' | 'ru';
  active: boolean;
  roles: Role[];
};

const person = {
  id: accounts.id,
  name: accounts.name,
  email: accounts.email,
  locale: accounts.locale,
  active: accounts.active,
  roles: accounts.roles,
};

/** The people behind account ids (at most 1000), by id; unknown ids are simply missing. */
async function findPeople(
  ctx: Pick<Ctx, 'db'>,
  ids: readonly (string | null | undefined)[],
): Promise<Map<string, Person>> {
  const wanted = [...new Set(ids)].filter((id) => id != null && /^[0-9a-f-]{36}$/.test(id)).slice(0, 1000);
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db
    .select(person)
    .from(accounts)
    .where(inArray(accounts.id, wanted as string[]));
  return new Map(rows.map((row) => [row.id, row]));
}

/** One person, or null. */
export async function findPerson(
  ctx: Pick<Ctx, 'db'>,
  id: string | null | undefined,
): Promise<Person | null> {
  return (await findPeople(ctx, [id])).values().next().value ?? null;
}

/** Active people who have a role, at most 200. */
export async function peopleWithRole(ctx: Pick<Ctx, 'db'>, role: Role): Promise<Person[]> {
  return ctx.db
    .select(person)
    .from(accounts)
    .where(and(arrayContains(accounts.roles, [role]), eq(accounts.active, true)))
    .orderBy(accounts.name)
    .limit(200);
}

/** Where the actor is signed in, last used first. */
export async function listSessions(
  ctx: Ctx,
): Promise<{ id: string; userAgent: string; createdAt: Date; lastSeenAt: Date }[]> {
  if (ctx.actor.kind !== 'account') return [];
  return ctx.db
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
    })
    .from(sessions)
    .innerJoin(
      accounts,
      and(eq(accounts.id, sessions.accountId), eq(accounts.sessionVersion, sessions.version)),
    )
    .where(
      and(eq(sessions.accountId, ctx.actor.id), isNull(sessions.endedAt), gt(sessions.expiresAt, ctx.now)),
    )
    .orderBy(desc(sessions.lastSeenAt))
    .limit(50);
}

export type DirectorySync = typeof directorySyncs.$inferSelect;

/** How the last pass through the HCB directory went; null before the first. For managers. */
export async function readDirectorySync(ctx: Ctx): Promise<DirectorySync | null> {
  const [row] = await ctx.db.select().from(directorySyncs).where(eq(directorySyncs.directory, 'hcb'));
  return row ?? null;
}
