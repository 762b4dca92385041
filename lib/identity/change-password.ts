import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, passwords, signInAttempts } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { countAttempt } from './count-attempt.ts';
import { endSessionsOf } from './end-session.ts';
import { hashPassword, verifyPassword } from './hash-password.ts';
import { newPassword } from './inputs.ts';
import { keepPassword } from './keep-password.ts';
import { openSession } from './open-session.ts';
import { freeAttempts } from './throttle.rules.ts';

/**
 * Changes the actor's own password and ends every session, answering a new one. Guesses at the old one count as sign-ins
 * do. Throws `Refused`: invalid (identity.wrong_old_password at the field), identity.too_many_attempts with the wait.
 */
export async function changePassword(
  ctx: Ctx,
  {
    oldPassword,
    newPassword: given,
    userAgent,
  }: { oldPassword: unknown; newPassword: unknown; userAgent: string },
): Promise<{ sessionId: string }> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const accountId = ctx.actor.id;
  const input = parse(z.object({ oldPassword: z.string().min(1).max(200), newPassword }), {
    oldPassword,
    newPassword: given,
  });
  const [row] = await ctx.db
    .select({ email: accounts.email, hash: passwords.hash })
    .from(passwords)
    .innerJoin(accounts, eq(accounts.id, passwords.accountId))
    .where(eq(passwords.accountId, accountId));
  const attempts = `email:${row?.email}`;
  if (row) await countAttempt(ctx, attempts, freeAttempts.email);
  if (!row || !(await verifyPassword(input.oldPassword, row.hash)))
    throw new Refused('invalid', { fields: { oldPassword: 'identity.wrong_old_password' } });
  const hash = await hashPassword(input.newPassword);
  return transaction(ctx, async (tx) => {
    await keepPassword(tx, accountId, hash);
    await tx.db.delete(signInAttempts).where(eq(signInAttempts.key, attempts));
    await endSessionsOf(tx, accountId);
    tx.audit({ verb: 'changePassword', subject: 'account', subjectId: accountId });
    return {
      sessionId: await openSession(
        { ...tx, actor: { kind: 'system', id: 'change-password' } },
        { accountId, userAgent },
      ),
    };
  });
}
