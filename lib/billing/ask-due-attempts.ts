import { and, asc, inArray, isNotNull, lte } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Partner } from '#lib/kernel/partner.ts';
import { askPartner } from './ask-partner.ts';
import { purposes, routes } from './partner-list.ts';

const pageSize = 50;
const atOnce = 10;

/** Each is asked about its own movements, so that one that is silent holds up no other. */
export const askedPartners = ['gateway', 'golden-hat'] as const;
const asked = (partner: Partner) => purposes.filter((purpose) => routes[purpose].partner === partner);

/**
 * Asks a partner about its next 50 attempts that are due, the longest waiting first, ten at once. When it gives no answer to a
 * whole ten it is left alone until the next time, so that an outage uses up nobody's asks. Answers whether to go on. Safe to run again: what
 * was asked about is due later. Throws the first fault, after the others were asked about.
 */
export async function askDueAttempts(
  ctx: Ctx,
  { partner }: { partner: (typeof askedPartners)[number] },
): Promise<{ goesOn: boolean }> {
  requireRole(ctx, 'system');
  const due = await ctx.db
    .select({ id: attempts.id })
    .from(attempts)
    .where(
      and(
        isNotNull(attempts.nextAskAt),
        lte(attempts.nextAskAt, ctx.now),
        inArray(attempts.purpose, asked(partner)),
      ),
    )
    .orderBy(asc(attempts.nextAskAt))
    .limit(pageSize);
  const faults: unknown[] = [];
  let isSilent = false;
  for (let from = 0; from < due.length && !isSilent; from += atOnce) {
    const some = due.slice(from, from + atOnce);
    const answers = await Promise.allSettled(some.map(({ id }) => askPartner(ctx, { attemptId: id })));
    for (const answer of answers) if (answer.status === 'rejected') faults.push(answer.reason);
    isSilent =
      some.length === atOnce &&
      answers.every((answer) => answer.status === 'fulfilled' && answer.value?.isAnswered === false);
  }
  if (faults.length) throw faults[0];
  return { goesOn: due.length === pageSize && !isSilent };
}
