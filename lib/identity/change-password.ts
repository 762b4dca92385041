import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { passwords } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { endSessionsOf } from './end-session.ts';
import { hashPassword, verifyPassword } from './hash-password.ts';
import { newPassword } from './inputs.ts';
import { keepPassword } from './keep-password.ts';
import { openSession } from './open-session.ts';

/**
 * Changes the actor's own password and ends every session, answering a new one. Throws `Refused`:
 * identity.wrong_password (at the field), invalid.
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
  const [row] = await ctx.db.select().from(passwords).where(eq(passwords.accountId, accountId));
  if (!row || !(await verifyPassword(input.oldPassword, row.hash)))
    throw new Refused('invalid', { fields: { oldPassword: 'identity.wrong_old_password' } });
  const hash = await hashPassword(input.newPassword);
  return transaction(ctx, async (tx) => {
    await keepPassword(tx, accountId, hash);
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
