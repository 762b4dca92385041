import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts, passwords } from '#db/schema/identity.ts';
import { type Ctx, requireRole, roles } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountCreated } from './events.ts';
import { hashPassword } from './hash-password.ts';
import { email, localeInput, newPassword } from './inputs.ts';

const input = z.object({
  email,
  name: z.string().trim().min(1).max(100),
  roles: z.array(z.enum(roles)).min(1),
  locale: localeInput.default('en'),
  password: newPassword.optional(),
});

/** Creates a local account (staff, managers); the same e-mail again answers the account that is there, unchanged. */
export async function createAccount(
  ctx: Ctx,
  given: z.input<typeof input>,
): Promise<{ accountId: string; created: boolean }> {
  requireRole(ctx, 'system');
  const { password, ...account } = parse(input, given);
  return transaction(ctx, async (tx) => {
    const [row] = await tx.db
      .insert(accounts)
      .values({ id: tx.newId(), source: 'local', ...account, createdAt: tx.now })
      .onConflictDoNothing()
      .returning({ id: accounts.id });
    if (!row) {
      const [present] = await tx.db
        .select({ id: accounts.id })
        .from(accounts)
        .where(and(eq(accounts.email, account.email), eq(accounts.source, 'local')));
      return { accountId: present!.id, created: false };
    }
    if (password)
      await tx.db
        .insert(passwords)
        .values({ accountId: row.id, hash: await hashPassword(password), changedAt: tx.now });
    tx.emit(accountCreated, { accountId: row.id, name: account.name, roles: account.roles });
    tx.audit({
      verb: 'createAccount',
      subject: 'account',
      subjectId: row.id,
      data: { roles: account.roles },
    });
    return { accountId: row.id, created: true };
  });
}
