import { and, eq, isNull, sql } from 'drizzle-orm';
import { accounts, sessions } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';

/** Ends one of the actor's own sessions; ending it again does nothing. Throws `Refused`: identity.not_found. */
export async function endSession(ctx: Ctx, { sessionId }: { sessionId: string }): Promise<void> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const accountId = ctx.actor.id;
  if (!/^[0-9a-f-]{36}$/.test(sessionId)) throw new Refused('identity.not_found');
  await transaction(ctx, async (tx) => {
    const own = and(eq(sessions.id, sessionId), eq(sessions.accountId, accountId));
    const ended = await tx.db
      .update(sessions)
      .set({ endedAt: tx.now })
      .where(and(own, isNull(sessions.endedAt)))
      .returning({ id: sessions.id });
    if (ended.length === 0) {
      if ((await tx.db.$count(sessions, own)) === 0) throw new Refused('identity.not_found');
      return;
    }
    tx.audit({ verb: 'endSession', subject: 'account', subjectId: accountId, data: { sessionId } });
    // Wakes the account's open screens: those of the ended session find that they are signed out.
    tx.refresh(`account:${accountId}`);
  });
}

/** Ends all sessions of the actor at once. */
export async function endAllSessions(ctx: Ctx): Promise<void> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const accountId = ctx.actor.id;
  await transaction(ctx, async (tx) => {
    await endSessionsOf(tx, accountId);
    tx.audit({ verb: 'endAllSessions', subject: 'account', subjectId: accountId });
  });
}

/** Raises the account's session version: whatever is open stops being accepted with this commit. */
export async function endSessionsOf(tx: Tx, accountId: string): Promise<void> {
  await tx.db
    .update(accounts)
    .set({ sessionVersion: sql`${accounts.sessionVersion} + 1` })
    .where(eq(accounts.id, accountId));
  await tx.db
    .update(sessions)
    .set({ endedAt: tx.now })
    .where(and(eq(sessions.accountId, accountId), isNull(sessions.endedAt)));
  tx.refresh(`account:${accountId}`);
}
