import { eq } from 'drizzle-orm';
import { attempts, discrepancies } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { askAboutNotice } from './ask-partner.ts';
import { findMovement } from './partner-list.ts';
import { noteComparisons } from './reconcile-page.ts';

/** Asks the partner about one discrepancy once more; when both sides are alike by now, it is over. */
export async function compareAgain(ctx: Ctx, { key }: { key: string }): Promise<void> {
  requireRole(ctx, 'system');
  const [found] = await ctx.db.select().from(discrepancies).where(eq(discrepancies.key, key));
  if (!found || found.resolvedAt) return;
  await askAboutNotice(ctx, { key });
  const theirs = await findMovement(found.purpose, key);
  await transaction(ctx, async (tx) => {
    const [ours] = await tx.db.select().from(attempts).where(eq(attempts.key, key));
    // Neither side knows it any more: there is nothing left to compare.
    if (!ours && !theirs) return;
    await noteComparisons(tx, found, [{ key, ours: ours ?? null, theirs }]);
    tx.refresh('role:billing', 'role:manager');
  });
}
