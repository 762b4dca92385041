import { and, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { accounts } from '#db/schema/identity.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { localeInput } from './inputs.ts';

/** The language in which the actor is written to. */
export async function changeLocale(ctx: Ctx, given: { locale: unknown }): Promise<'en' | 'ru'> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const { locale } = parse(z.object({ locale: localeInput }), given);
  await ctx.db
    .update(accounts)
    .set({ locale })
    .where(and(eq(accounts.id, ctx.actor.id), ne(accounts.locale, locale)));
  return locale;
}
