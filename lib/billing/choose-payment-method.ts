import { and, eq, isNotNull } from 'drizzle-orm';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { choosePaymentMethodInput } from './inputs.ts';

/** Later charges of the client go to this method. Throws `Refused` billing.not_found for one that is not theirs or not ready. */
export async function choosePaymentMethod(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'client');
  const { methodId } = parse(choosePaymentMethodInput, input);
  const mine = eq(paymentMethods.clientId, ctx.actor.id);
  await transaction(ctx, async (tx) => {
    // All of the client's methods are locked, so that two choices take turns.
    const methods = await tx.db
      .select({ id: paymentMethods.id })
      .from(paymentMethods)
      .where(and(mine, isNotNull(paymentMethods.token)))
      .orderBy(paymentMethods.id)
      .for('update');
    if (!methods.some(({ id }) => id === methodId)) throw new Refused('billing.not_found');
    await tx.db
      .update(paymentMethods)
      .set({ isChosen: false })
      .where(and(mine, eq(paymentMethods.isChosen, true)));
    await tx.db.update(paymentMethods).set({ isChosen: true }).where(eq(paymentMethods.id, methodId));
    tx.audit({ verb: 'choosePaymentMethod', subject: 'payment_method', subjectId: methodId });
    tx.refresh(`account:${ctx.actor.id}`);
  });
}
