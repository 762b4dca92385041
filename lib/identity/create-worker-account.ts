import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, passwords } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountCreated, workerJoined } from './events.ts';
import { hashPassword } from './hash-password.ts';
import { email, localeInput, newPassword } from './inputs.ts';
import { makeInvitation } from './make-invitation.ts';

const input = z.object({
  applicationId: z.string().min(1).max(100),
  name: z.string().trim().min(1).max(100),
  email,
  locale: localeInput,
  characteristics: z.record(z.string().max(100), z.number().int().min(0).max(100)),
  /** Only for the demo's cats, who need no invitation. */
  password: newPassword.optional(),
});

const invitationDays = 14;

/**
 * Makes the account of a hired cat, once per application [US-120]: role worker, an invitation to set the password, and
 * the event by which matching and billing learn of it. The invitation's token is answered once, when it is made: only its
 * hash is kept. A cat whose e-mail already has a local account gains the role.
 */
export async function createWorkerAccount(
  ctx: Ctx,
  given: z.input<typeof input>,
): Promise<{ accountId: string; invitationToken: string | null }> {
  requireRole(ctx, 'system');
  const { password, characteristics, ...cat } = parse(input, given);
  return transaction(ctx, async (tx) => {
    const inserted = await tx.db
      .insert(accounts)
      .values({
        id: tx.newId(),
        source: 'local',
        roles: ['worker'],
        ...cat,
        characteristics,
        createdAt: tx.now,
      })
      .onConflictDoNothing()
      .returning({ id: accounts.id });
    let accountId = inserted[0]?.id;
    let isNew = Boolean(accountId);
    if (!accountId) {
      const [hired] = await tx.db
        .select({ id: accounts.id })
        .from(accounts)
        .where(eq(accounts.applicationId, cat.applicationId));
      accountId = hired?.id;
    }
    if (!accountId) {
      const [known] = await tx.db
        .select({ id: accounts.id, roles: accounts.roles })
        .from(accounts)
        .where(and(eq(accounts.email, cat.email), eq(accounts.source, 'local')))
        .for('update');
      if (!known) throw new Error(`The account of application ${cat.applicationId} could not be made.`);
      accountId = known.id;
      isNew = !known.roles.includes('worker');
      await tx.db
        .update(accounts)
        .set({ roles: [...new Set([...known.roles, 'worker' as const])], characteristics })
        .where(eq(accounts.id, accountId));
    }
    if (isNew) {
      tx.emit(accountCreated, { accountId, name: cat.name, roles: ['worker'] });
      tx.emit(workerJoined, { accountId, name: cat.name, characteristics });
      tx.audit({ verb: 'createWorkerAccount', subject: 'account', subjectId: accountId });
      if (password)
        await tx.db
          .insert(passwords)
          .values({ accountId, hash: await hashPassword(password), changedAt: tx.now })
          .onConflictDoNothing();
    }
    if ((await tx.db.$count(passwords, eq(passwords.accountId, accountId))) > 0)
      return { accountId, invitationToken: null };
    const invitationToken = await makeInvitation(tx, {
      accountId,
      causeId: `application:${cat.applicationId}`,
      days: invitationDays,
    });
    return { accountId, invitationToken };
  });
}
