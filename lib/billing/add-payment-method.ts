import { and, eq } from 'drizzle-orm';
import { paymentMethods } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { methodRequested } from './events.ts';
import { addPaymentMethodInput } from './inputs.ts';

const mostMethods = 10;

/** A client adds a card under a name of their own; the gateway is asked for its token. Throws `Refused`: invalid, billing.too_many_methods. */
export async function addPaymentMethod(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'client');
  const { methodId, label } = parse(addPaymentMethodInput, input);
  const clientId = ctx.actor.id;
  await transaction(ctx, async (tx) => {
    const count = await tx.db.$count(
      paymentMethods,
      and(eq(paymentMethods.clientId, clientId), eq(paymentMethods.isRefused, false)),
    );
    if (count >= mostMethods) throw new Refused('billing.too_many_methods');
    const added = await tx.db
      .insert(paymentMethods)
      .values({ id: methodId, clientId, kind: 'card', label, isChosen: false, createdAt: ctx.now })
      .onConflictDoNothing()
      .returning({ id: paymentMethods.id });
    if (added.length === 0) return;
    tx.emit(methodRequested, { methodId, clientId });
    tx.audit({ verb: 'addPaymentMethod', subject: 'payment_method', subjectId: methodId });
    tx.refresh(`account:${clientId}`);
  });
}
