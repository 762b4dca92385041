import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { countAttempt } from './count-attempt.ts';
import { passwordLinkRequested } from './events.ts';
import { email as emailInput } from './inputs.ts';
import { freeAttempts } from './throttle.rules.ts';

/**
 * Asks for a link to a new password. Answers the same whether or not anybody signs in with that address. Throws
 * `Refused`: invalid, identity.too_many_attempts.
 */
export async function requestPasswordLink(
  ctx: Ctx,
  given: { email: unknown },
  { address }: { address: string },
): Promise<void> {
  const { email } = parse(z.object({ email: emailInput }), given);
  await countAttempt(ctx, `address:${address.slice(0, 60)}`, freeAttempts.address);
  await countAttempt(ctx, `link:${email}`, freeAttempts.link);
  await transaction(ctx, async (tx) => {
    const [account] = await tx.db
      .select({ id: accounts.id })
      .from(accounts)
      .where(and(eq(accounts.email, email), eq(accounts.source, 'local'), eq(accounts.active, true)));
    if (account) tx.emit(passwordLinkRequested, { accountId: account.id });
  });
}
