import { and, eq, sql } from 'drizzle-orm';
import { accounts, passwords, signInAttempts } from '#db/schema/identity.ts';
import { asSystem, type Ctx, type Role } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { verifyNothing, verifyPassword } from './hash-password.ts';
import { signInInput } from './inputs.ts';
import { openSession } from './open-session.ts';
import { forgetMinutes, freeAttempts, waitSeconds } from './throttle.rules.ts';

/**
 * Signs a worker, a colleague or a manager in. Attempts are counted per e-mail and per network address before the password
 * is looked at, so guessing in parallel gains nothing. Throws `Refused`: identity.wrong_password (also for an address
 * nobody has), identity.deactivated, identity.too_many_attempts with the wait.
 */
export async function signInWithPassword(
  ctx: Ctx,
  given: { email: unknown; password: unknown },
  { address, userAgent }: { address: string; userAgent: string },
): Promise<{ sessionId: string; accountId: string; roles: Role[]; locale: 'en' | 'ru' }> {
  const { email, password } = parse(signInInput, given);
  const keys = { address: `address:${address.slice(0, 60)}`, email: `email:${email}` };
  await countAttempt(ctx, keys.address, freeAttempts.address);
  await countAttempt(ctx, keys.email, freeAttempts.email);

  const [account] = await ctx.db
    .select({
      id: accounts.id,
      active: accounts.active,
      roles: accounts.roles,
      locale: accounts.locale,
      hash: passwords.hash,
    })
    .from(accounts)
    .innerJoin(passwords, eq(passwords.accountId, accounts.id))
    .where(and(eq(accounts.email, email), eq(accounts.source, 'local')));
  const right = account ? await verifyPassword(password, account.hash) : await verifyNothing(password);
  if (!account || !right) throw new Refused('identity.wrong_password');
  if (!account.active) throw new Refused('identity.deactivated');

  return transaction(asSystem(ctx, 'sign-in'), async (tx) => {
    const sessionId = await openSession(tx, { accountId: account.id, userAgent });
    await tx.db.delete(signInAttempts).where(eq(signInAttempts.key, keys.email));
    // Only its own attempt back: someone with an account must not be able to wipe the count of their guesses at others.
    await tx.db
      .update(signInAttempts)
      .set({ failureCount: sql`greatest(${signInAttempts.failureCount} - 1, 0)` })
      .where(eq(signInAttempts.key, keys.address));
    return { sessionId, accountId: account.id, roles: account.roles, locale: account.locale };
  });
}

async function countAttempt(ctx: Ctx, key: string, free: number): Promise<void> {
  const wait = await transaction(ctx, async (tx) => {
    const fresh = { key, failureCount: 0, lastTriedAt: tx.now, blockedUntil: null };
    await tx.db.insert(signInAttempts).values(fresh).onConflictDoNothing();
    const [row] = await tx.db.select().from(signInAttempts).where(eq(signInAttempts.key, key)).for('update');
    const blockedMs = (row!.blockedUntil?.getTime() ?? 0) - tx.now.getTime();
    if (blockedMs > 0) return Math.ceil(blockedMs / 1000);
    const stale = tx.now.getTime() - row!.lastTriedAt.getTime() > forgetMinutes * 60_000;
    const failureCount = (stale ? 0 : row!.failureCount) + 1;
    const seconds = waitSeconds(failureCount, free);
    await tx.db
      .update(signInAttempts)
      .set({
        failureCount,
        lastTriedAt: tx.now,
        blockedUntil: seconds ? new Date(tx.now.getTime() + seconds * 1000) : null,
      })
      .where(eq(signInAttempts.key, key));
    return 0;
  });
  if (wait > 0)
    throw new Refused('identity.too_many_attempts', {
      params: { seconds: wait, minutes: wait < 90 ? 0 : Math.ceil(wait / 60) },
    });
}
