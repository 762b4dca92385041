import { and, eq } from 'drizzle-orm';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

/** The method a client has chosen; without one, Happy Cat Box payroll is set up for them and chosen. */
export async function ensurePaymentMethod(
  ctx: Ctx,
  { clientId }: { clientId: string },
): Promise<{ methodId: string }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const chosen = tx.db
      .select({ methodId: paymentMethods.id })
      .from(paymentMethods)
      .where(and(eq(paymentMethods.clientId, clientId), eq(paymentMethods.isChosen, true)));
    const [existing] = await chosen;
    if (existing) return existing;
    await tx.db
      .insert(paymentMethods)
      .values({
        id: ctx.newId(),
        clientId,
        kind: 'payroll',
        label: 'Happy Cat Box payroll',
        isChosen: true,
        createdAt: ctx.now,
      })
      .onConflictDoNothing();
    const [method] = await chosen;
    return method!;
  });
}
