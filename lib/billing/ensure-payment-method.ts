import { and, eq } from 'drizzle-orm';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

/**
 * The method a client has chosen; without one, Happy Cat Box payroll is set up for them and chosen. Payroll that the gateway
 * had refused is tried once more, for as long as they have chosen nothing else.
 */
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
    const [made] = await chosen;
    if (made) return made;
    const [again] = await tx.db
      .update(paymentMethods)
      .set({ isChosen: true, isRefused: false })
      .where(and(eq(paymentMethods.clientId, clientId), eq(paymentMethods.kind, 'payroll')))
      .returning({ methodId: paymentMethods.id });
    if (!again) throw new Error(`client ${clientId} has no method of payment, and none could be made`);
    return again;
  });
}
