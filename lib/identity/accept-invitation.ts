import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, invitations } from '#db/schema/identity.ts';
import { asSystem, type Ctx, type Role } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { endSessionsOf } from './end-session.ts';
import { hashPassword } from './hash-password.ts';
import { newPassword } from './inputs.ts';
import { keepPassword } from './keep-password.ts';
import { type Language, learnLanguage } from './learn-language.ts';
import { openSession } from './open-session.ts';
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
  {
    token,
    password,
    userAgent,
    language,
  }: { token: string; password: unknown; userAgent: string; language?: Language },
): Promise<{ sessionId: string; roles: Role[] }> {
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
    // Whoever knew an earlier password is out.
    await endSessionsOf(tx, used.accountId);
    if (language) await learnLanguage(tx, used.accountId, language);
    tx.audit({ verb: 'acceptInvitation', subject: 'account', subjectId: used.accountId });
    const sessionId = await openSession(tx, { accountId: used.accountId, userAgent });
    const [account] = await tx.db
      .select({ roles: accounts.roles })
      .from(accounts)
      .where(eq(accounts.id, used.accountId));
    return { sessionId, roles: account?.roles ?? [] };
  });
}
