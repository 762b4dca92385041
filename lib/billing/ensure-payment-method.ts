import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

/**
 * The method a client has chosen; without one, Happy Cat Box payroll is set up for them and chosen. When the gateway had
 * refused it, another one that is ready is chosen, and without any, payroll is tried once more.
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
    // Payroll was refused before: another way that is ready goes first.
    const ready = tx.db
      .select({ id: paymentMethods.id })
      .from(paymentMethods)
      .where(and(eq(paymentMethods.clientId, clientId), isNotNull(paymentMethods.token)))
      .orderBy(asc(paymentMethods.createdAt))
      .limit(1);
    const [other] = await tx.db
      .update(paymentMethods)
      .set({ isChosen: true })
      .where(inArray(paymentMethods.id, ready))
      .returning({ methodId: paymentMethods.id });
    if (other) return other;
    const [again] = await tx.db
      .update(paymentMethods)
      .set({ isChosen: true, isRefused: false })
      .where(and(eq(paymentMethods.clientId, clientId), eq(paymentMethods.kind, 'payroll')))
      .returning({ methodId: paymentMethods.id });
    if (!again) throw new Error(`client ${clientId} has no method of payment, and none could be made`);
    return again;
  });
}
