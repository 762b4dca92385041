import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner } from '#lib/kernel/partner.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { registrationKey, saysNo } from './attempt.rules.ts';

const answered = z.object({ token: z.string().min(1).max(200) });

/**
 * Gets the gateway's token for a method; asked again it changes nothing. A method that the gateway refuses is not chosen any
 * more, and the first one that is ready after that is. Throws an ordinary error when the gateway gives no answer, so that the
 * step is tried again, and `Refused` billing.not_found.
 */
export async function openPaymentMethod(
  ctx: Ctx,
  { methodId }: { methodId: string },
): Promise<{ isRefused: boolean }> {
  requireRole(ctx, 'system');
  const [method] = await ctx.db.select().from(paymentMethods).where(eq(paymentMethods.id, methodId));
  if (!method) throw new Refused('billing.not_found');
  if (method.token || method.isRefused) return { isRefused: method.isRefused };
  const { clientId, refusalsCount } = method;
  const answer = await callPartner('gateway', {
    method: 'POST',
    path: '/methods',
    body: { clientReference: clientId, kind: method.kind, label: method.label },
    idempotencyKey: registrationKey('method', methodId, refusalsCount),
  });
  const isRefused = saysNo(answer);
  const read = answered.safeParse(answer.outcome === 'answered' ? answer.body : null);
  if (!read.success && !isRefused)
    throw new Error(
      `the gateway gave no token: ${answer.outcome === 'unknown' ? answer.why : answer.outcome}`,
    );
  await transaction(ctx, async (tx) => {
    const waiting = and(
      eq(paymentMethods.id, methodId),
      isNull(paymentMethods.token),
      eq(paymentMethods.refusalsCount, refusalsCount),
    );
    if (isRefused || !read.success) {
      await tx.db
        .update(paymentMethods)
        .set({ isRefused: true, isChosen: false, refusalsCount: refusalsCount + 1 })
        .where(waiting);
    } else {
      // The client was asked for another way to pay, and this is it.
      const isAnother = sql<boolean>`${paymentMethods.isChosen} or (
        exists (select from ${paymentMethods} p where p.client_id = ${clientId} and p.is_refused) and
        not exists (select from ${paymentMethods} p where p.client_id = ${clientId} and p.is_chosen))`;
      await tx.db.update(paymentMethods).set({ token: read.data.token, isChosen: isAnother }).where(waiting);
    }
    tx.refresh(`account:${clientId}`);
  });
  return { isRefused };
}
