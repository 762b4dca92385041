import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, invitations, passwords } from '#db/schema/identity.ts';
import { asSystem, type Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { endSessionsOf } from './end-session.ts';
import { newPassword } from './inputs.ts';
import { openSession } from './open-session.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { tokenHash } from './token-hash.ts';

/** Whom a link invites, or null when it is unknown, used or too old. */
export async function readInvitation(
  ctx: Ctx,
  token: string,
): Promise<{ name: string; email: string } | null> {
  const [row] = await ctx.db
    .select({ name: accounts.name, email: accounts.email })
    .from(invitations)
    .innerJoin(accounts, and(eq(accounts.id, invitations.accountId), eq(accounts.active, true)))
    .where(
      and(
        eq(invitations.tokenHash, tokenHash(token)),
        isNull(invitations.usedAt),
        gt(invitations.expiresAt, ctx.now),
      ),
    );
  return row ?? null;
}

/** Uses an invitation: sets the password and opens a session. Throws `Refused`: identity.invitation_over. */
export async function acceptInvitation(
  ctx: Ctx,
  { token, password, userAgent }: { token: string; password: unknown; userAgent: string },
): Promise<{ sessionId: string }> {
  const chosen = parse(z.object({ password: newPassword }), { password }).password;
  if (!(await readInvitation(ctx, token))) throw new Refused('identity.invitation_over');
  const hash = await hashPassword(chosen);
  return transaction(asSystem(ctx, 'invitation'), async (tx) => {
    // The conditional update is the lock: of two browsers with the same link one wins.
    const [used] = await tx.db
      .update(invitations)
      .set({ usedAt: tx.now })
      .where(
        and(
          eq(invitations.tokenHash, tokenHash(token)),
          isNull(invitations.usedAt),
          gt(invitations.expiresAt, tx.now),
        ),
      )
      .returning({ accountId: invitations.accountId });
    if (!used) throw new Refused('identity.invitation_over');
    await keepPassword(tx, used.accountId, hash);
    tx.audit({ verb: 'acceptInvitation', subject: 'account', subjectId: used.accountId });
    return { sessionId: await openSession(tx, { accountId: used.accountId, userAgent }) };
  });
}

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

async function keepPassword(tx: Tx, accountId: string, hash: string): Promise<void> {
  const row = { accountId, hash, changedAt: tx.now };
  await tx.db.insert(passwords).values(row).onConflictDoUpdate({ target: passwords.accountId, set: row });
}
