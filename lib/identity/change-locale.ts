import { z } from 'zod';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { localeInput } from './inputs.ts';
import { learnLanguage } from './learn-language.ts';

/** The actor chooses the language of pages and mails. */
export async function changeLocale(ctx: Ctx, given: { locale: unknown }): Promise<'en' | 'ru'> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const { id } = ctx.actor;
  const { locale } = parse(z.object({ locale: localeInput }), given);
  await transaction(ctx, (tx) => learnLanguage(tx, id, { locale, chosen: true }));
  return locale;
}
