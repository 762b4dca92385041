import { and, eq, sql } from 'drizzle-orm';
import { accounts, passwords, signInAttempts } from '#db/schema/identity.ts';
import { asSystem, type Ctx, type Role } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { countAttempt } from './count-attempt.ts';
import { verifyNothing, verifyPassword } from './hash-password.ts';
import { signInInput } from './inputs.ts';
import { type Language, learnLanguage } from './learn-language.ts';
import { openSession } from './open-session.ts';
import { freeAttempts } from './throttle.rules.ts';

/**
 * Signs a worker, a colleague or a manager in. Attempts are counted per e-mail and per network address before the password
 * is looked at, so guessing in parallel gains nothing. Throws `Refused`: identity.wrong_password (also for an address
 * nobody has), identity.deactivated, identity.too_many_attempts with the wait. */
export async function signInWithPassword(
  ctx: Ctx,
  given: { email: unknown; password: unknown },
  { address, userAgent, language }: { address: string; userAgent: string; language?: Language },
): Promise<{ sessionId: string; accountId: string; roles: Role[] }> {
  const { email, password } = parse(signInInput, given);
  const keys = { address: `address:${address.slice(0, 60)}`, email: `email:${email}` };
  await countAttempt(ctx, keys.address, freeAttempts.address);
  await countAttempt(ctx, keys.email, freeAttempts.email);

  const [account] = await ctx.db
    .select({
      id: accounts.id,
      active: accounts.active,
      roles: accounts.roles,
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
    if (language) await learnLanguage(tx, account.id, language);
    await tx.db.delete(signInAttempts).where(eq(signInAttempts.key, keys.email));
    // Only its own attempt back: someone with an account must not be able to wipe the count of their guesses at others.
    await tx.db
      .update(signInAttempts)
      .set({ failureCount: sql`greatest(${signInAttempts.failureCount} - 1, 0)` })
      .where(eq(signInAttempts.key, keys.address));
    return { sessionId, accountId: account.id, roles: account.roles };
  });
}
