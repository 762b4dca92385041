import { and, eq, isNull } from 'drizzle-orm';
import { pauses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { decidePauseInput } from './inputs.ts';

/**
 * A manager lets a paused client request help again although an invoice is open; it stays open, and is not tried again by
 * itself. Throws `Refused`: invalid, billing.not_paused.
 */
export async function allowRequests(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { invoiceId, reason } = parse(decidePauseInput, input);
  await transaction(ctx, async (tx) => {
    const [pause] = await tx.db
      .update(pauses)
      .set({ decision: 'allowed', decidedById: ctx.actor.id, reason, decidedAt: ctx.now })
      .where(and(eq(pauses.invoiceId, invoiceId), isNull(pauses.decidedAt)))
      .returning();
    if (!pause) throw new Refused('billing.not_paused');
    tx.audit({ verb: 'allowRequests', subject: 'invoice', subjectId: invoiceId, why: reason });
    tx.refresh(`account:${pause.clientId}`, 'role:billing', 'role:manager');
  });
}
