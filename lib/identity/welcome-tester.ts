import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountCreated } from './events.ts';
import { email } from './inputs.ts';
import { languageInput, learnLanguage } from './learn-language.ts';

const input = z.object({
  subject: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(200),
  email,
  language: languageInput.default({ locale: 'en', chosen: false }),
});

/**
 * The account of an HCB tester who came through single sign-on: made on the first visit, name and e-mail kept as HCB says
 * [US-010]. Throws `Refused`: identity.deactivated.
 */
export async function welcomeTester(ctx: Ctx, given: z.input<typeof input>): Promise<{ accountId: string }> {
  requireRole(ctx, 'system');
  const { subject, name, email, language } = parse(input, given);
  return transaction(ctx, async (tx) => {
    const [made] = await tx.db
      .insert(accounts)
      .values({
        id: tx.newId(),
        source: 'hcb',
        roles: ['client'],
        name,
        email,
        locale: language.locale,
        localeChosen: language.chosen,
        hcbSubject: subject,
        createdAt: tx.now,
      })
      .onConflictDoNothing({ target: accounts.hcbSubject })
      .returning({ id: accounts.id });
    if (made) {
      tx.emit(accountCreated, { accountId: made.id, name, roles: ['client'] });
      tx.audit({ verb: 'welcomeTester', subject: 'account', subjectId: made.id });
      return { accountId: made.id };
    }
    const [known] = await tx.db.select().from(accounts).where(eq(accounts.hcbSubject, subject));
    if (!known!.active) throw new Refused('identity.deactivated');
    if (known!.name !== name || known!.email !== email)
      await tx.db.update(accounts).set({ name, email }).where(eq(accounts.id, known!.id));
    await learnLanguage(tx, known!.id, language);
    return { accountId: known!.id };
  });
}
