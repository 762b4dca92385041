import { and, asc, eq, gte, inArray, isNull, lt } from 'drizzle-orm';
import { attempts, discrepancies, reconciliations } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { discrepancyFound } from './events.ts';
import { findMovement, type Purpose } from './partner-list.ts';
import { compareMovement, type Theirs } from './reconcile.rules.ts';
import { noteComparison, noteMatched } from './reconcile-page.ts';

/** A partner's clock may differ from ours, and a try may be asked about for days: the key decides, not the day. */
const lookBackMs = 30 * 86_400_000;
const skewMs = 15 * 60_000;
const mostAsked = 200;

/**
 * Ends a day's comparison: money that we hold to have moved and that no list had is asked about by its key; what the partner
 * does not know is noted for a person, who is told. Throws an ordinary error when the partner does not say.
 */
export async function finishReconciliation(
  ctx: Ctx,
  { purpose, day }: { purpose: Purpose; day: string },
): Promise<void> {
  requireRole(ctx, 'system');
  const which = and(eq(reconciliations.purpose, purpose), eq(reconciliations.day, day));
  const [reconciliation] = await ctx.db.select().from(reconciliations).where(which);
  if (!reconciliation) throw new Refused('billing.not_found');
  if (reconciliation.finishedAt) return;
  const { toAt } = reconciliation;
  const unseen = await ctx.db
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.purpose, purpose),
        gte(attempts.createdAt, new Date(toAt.getTime() - lookBackMs)),
        lt(attempts.createdAt, new Date(toAt.getTime() - skewMs)),
        inArray(attempts.state, ['succeeded', 'pending']),
        isNull(attempts.matchedAt),
      ),
    )
    .orderBy(asc(attempts.createdAt))
    .limit(mostAsked);
  const theirs = new Map<string, Theirs | null>();
  let fault: unknown;
  for (const { key, state } of unseen)
    try {
      theirs.set(key, await findMovement(purpose, key));
    } catch (error) {
      // What is pending is asked about anyway; what we hold to have moved has to be known before the day is done.
      if (state === 'succeeded') fault = error;
    }
  const answered = unseen.filter(({ key }) => theirs.has(key));
  await transaction(ctx, async (tx) => {
    await noteMatched(
      tx,
      which,
      answered
        .filter((ours) => compareMovement(ours, theirs.get(ours.key)!) === 'matched')
        .map(({ key }) => key),
    );
    for (const ours of answered)
      await noteComparison(tx, { key: ours.key, purpose, day }, ours, theirs.get(ours.key)!);
    if (fault) return;
    await tx.db.update(reconciliations).set({ finishedAt: tx.now }).where(which);
    const openCount = await tx.db.$count(
      discrepancies,
      and(eq(discrepancies.purpose, purpose), eq(discrepancies.day, day), isNull(discrepancies.resolvedAt)),
    );
    if (openCount) tx.emit(discrepancyFound, { purpose, day, count: openCount });
    tx.refresh('role:billing', 'role:manager');
  });
  // What was answered is kept, so that the next try has less to ask.
  if (fault) throw fault;
}
