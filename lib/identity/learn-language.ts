import { and, eq, ne, or } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { localeInput } from './inputs.ts';

/** What a browser says of its person's language: chosen there by hand, or only what the browser prefers. */
export const languageInput = z.object({ locale: localeInput, chosen: z.boolean() });
export type Language = z.output<typeof languageInput>;

/**
 * Keeps the language that somebody came in with. One chosen by hand is theirs from now on; one that the browser merely
 * prefers is written to in until they choose.
 */
export async function learnLanguage(tx: Tx, accountId: string, { locale, chosen }: Language): Promise<void> {
  const { localeChosen } = accounts;
  const isNews = chosen
    ? or(ne(accounts.locale, locale), eq(localeChosen, false))
    : and(ne(accounts.locale, locale), eq(localeChosen, false));
  await tx.db
    .update(accounts)
    .set(chosen ? { locale, localeChosen: true } : { locale })
    .where(and(eq(accounts.id, accountId), isNews));
}
