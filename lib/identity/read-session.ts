import { and, eq, gt, isNull } from 'drizzle-orm';
import { accounts, sessions } from '#db/schema/identity.ts';
import type { Ctx, Role } from '#lib/kernel/ctx.ts';

/** Who is behind a session that is in force. */
export type Session = {
  id: string;
  accountId: string;
  name: string;
  email: string;
  roles: Role[];
  /** Null until the person chose one. */
  chosenLocale: 'en' | 'ru' | null;
  source: 'hcb' | 'local';
};

const seenEveryMinutes = 5;

/**
 * The session behind a cookie, or null when it has ended, was revoked, or its account is deactivated. One indexed
 * query; "last seen" is written at most every five minutes.
 */
export async function readSession(ctx: Pick<Ctx, 'db' | 'now'>, sessionId: string): Promise<Session | null> {
  const [row] = await ctx.db
    .select({
      id: sessions.id,
      accountId: accounts.id,
      name: accounts.name,
      email: accounts.email,
      roles: accounts.roles,
      locale: accounts.locale,
      localeChosen: accounts.localeChosen,
      source: accounts.source,
      lastSeenAt: sessions.lastSeenAt,
    })
    .from(sessions)
    .innerJoin(
      accounts,
      and(eq(accounts.id, sessions.accountId), eq(accounts.sessionVersion, sessions.version)),
    )
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, ctx.now),
        eq(accounts.active, true),
      ),
    );
  if (!row) return null;
  const { lastSeenAt, locale, localeChosen, ...rest } = row;
  const session = { ...rest, chosenLocale: localeChosen ? locale : null };
  if (ctx.now.getTime() - lastSeenAt.getTime() > seenEveryMinutes * 60_000)
    await ctx.db.update(sessions).set({ lastSeenAt: ctx.now }).where(eq(sessions.id, sessionId));
  return session;
}
