import { and, eq, isNull } from 'drizzle-orm';
import { discrepancies } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { discrepancyLookRequested } from './events.ts';
import { lookAgainInput, resolveDiscrepancyInput } from './inputs.ts';

/** A person settles a discrepancy with the partner and says how. Throws `Refused`: invalid, billing.not_open. */
export async function resolveDiscrepancy(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { key, resolution } = parse(resolveDiscrepancyInput, input);
  await transaction(ctx, async (tx) => {
    const resolved = await tx.db
      .update(discrepancies)
      .set({ resolvedAt: ctx.now, resolvedById: ctx.actor.id, resolution })
      .where(and(eq(discrepancies.key, key), isNull(discrepancies.resolvedAt)))
      .returning({ key: discrepancies.key });
    if (resolved.length === 0) throw new Refused('billing.not_open');
    tx.audit({ verb: 'resolveDiscrepancy', subject: 'discrepancy', subjectId: key, why: resolution });
    tx.refresh('role:billing', 'role:manager');
  });
}

/** A person wants the partner asked about a discrepancy once more. */
export async function lookAgain(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { key } = parse(lookAgainInput, input);
  await transaction(ctx, async (tx) => tx.emit(discrepancyLookRequested, { key }));
}
