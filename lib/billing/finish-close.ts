import { and, eq } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { monthCloseRequested, weekCloseRequested } from './events.ts';
import type { PeriodKind } from './periods.rules.ts';
import { partiesPerRun } from './start-close.ts';

/** Ends a run of the close: asks for a further one when this one was full, else the period is closed. */
export async function finishClose(
  ctx: Ctx,
  { kind, period, handledCount }: { kind: PeriodKind; period: string; handledCount: number },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => {
    if (handledCount >= partiesPerRun) {
      if (kind === 'week') tx.emit(weekCloseRequested, { periodEnd: period });
      else tx.emit(monthCloseRequested, { month: period });
    } else {
      await tx.db
        .update(periodCloses)
        .set({ finishedAt: tx.now })
        .where(and(eq(periodCloses.kind, kind), eq(periodCloses.period, period)));
    }
    tx.refresh('role:billing', 'role:manager');
  });
}
