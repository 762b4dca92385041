import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner } from '#lib/kernel/partner.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';

const answered = z.object({ token: z.string().min(1).max(200) });

/**
 * Gets the gateway's token for a method; asked again it changes nothing. Throws an ordinary error when the gateway gives no
 * answer, so that the step is tried again, and `Refused` billing.method_refused when it says no.
 */
export async function openPaymentMethod(ctx: Ctx, { methodId }: { methodId: string }): Promise<void> {
  requireRole(ctx, 'system');
  const [method] = await ctx.db.select().from(paymentMethods).where(eq(paymentMethods.id, methodId));
  if (!method || method.isRefused) throw new Refused('billing.method_refused');
  if (method.token) return;
  const answer = await callPartner('gateway', {
    method: 'POST',
    path: '/methods',
    body: { clientReference: method.clientId, kind: method.kind, label: method.label },
    idempotencyKey: `method:${methodId}`,
  });
  const read = answered.safeParse(answer.outcome === 'answered' ? answer.body : null);
  const isRefused = answer.outcome === 'refused' && ![401, 403, 404].includes(answer.status);
  if (!read.success && !isRefused)
    throw new Error(
      `the gateway gave no token: ${answer.outcome === 'unknown' ? answer.why : answer.outcome}`,
    );
  await transaction(ctx, async (tx) => {
    await tx.db
      .update(paymentMethods)
      .set(read.success ? { token: read.data.token } : { isRefused: true, isChosen: false })
      .where(and(eq(paymentMethods.id, methodId), isNull(paymentMethods.token)));
    tx.refresh(`account:${method.clientId}`);
  });
  if (isRefused) throw new Refused('billing.method_refused');
}
