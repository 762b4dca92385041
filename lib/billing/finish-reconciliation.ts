import { and, eq, isNull } from 'drizzle-orm';
import { discrepancies, reconciliations } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { discrepancyFound, reconciliationRequested } from './events.ts';
import type { Purpose } from './partner-list.ts';

/** Ends a day's comparison; what it left open is told to people. Done twice, it is told once. */
export async function finishReconciliation(
  ctx: Ctx,
  { purpose, day }: { purpose: Purpose; day: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => {
    const finished = await tx.db
      .update(reconciliations)
      .set({ finishedAt: tx.now })
      .where(
        and(
          eq(reconciliations.purpose, purpose),
          eq(reconciliations.day, day),
          isNull(reconciliations.finishedAt),
        ),
      )
      .returning({ id: reconciliations.id });
    if (finished.length === 0) return;
    const openCount = await tx.db.$count(
      discrepancies,
      and(eq(discrepancies.purpose, purpose), eq(discrepancies.day, day), isNull(discrepancies.resolvedAt)),
    );
    if (openCount) tx.emit(discrepancyFound, { purpose, day, count: openCount });
    tx.refresh('role:billing', 'role:manager');
  });
}

/** One run has compared its share of a long list, or of tries that no list had: a further one goes on behind it. */
export async function continueReconciliation(
  ctx: Ctx,
  rest: { purpose: Purpose; day: string; after?: string; unseenAfter?: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => tx.emit(reconciliationRequested, rest));
}
