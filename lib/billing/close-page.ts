import { and, eq, sql } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import type { PeriodKind } from './periods.rules.ts';

/** As many documents as one transaction makes; live screens of so many people fit into one NOTIFY. */
export const partiesPerPage = 100;
/** Before the first client or worker. */
export const firstParty = '00000000-0000-0000-0000-000000000000';

/** Where the next page begins; null when there is none: the period is closed, or its close is paused. */
export type ClosePage = { next: string | null };

type Close = typeof periodCloses.$inferSelect;

/**
 * Lets pages of one kind take turns, also of two periods that are caught up at once: an item belongs to one document.
 * Answers the close, null while it is paused. Throws `Refused` billing.not_found when it was never asked for.
 */
export async function closeInProgress(tx: Tx, kind: PeriodKind, period: string): Promise<Close | null> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`billing:close:${kind}`}, 0))`);
  const [close] = await tx.db
    .select()
    .from(periodCloses)
    .where(and(eq(periodCloses.kind, kind), eq(periodCloses.period, period)))
    .for('update');
  if (!close) throw new Refused('billing.not_found');
  return close.pausedAt ? null : close;
}

/** Notes that a page is done; one that was not full was the last, so the period is closed. */
export async function notePage(
  tx: Tx,
  { kind, period }: Close,
  parties: readonly string[],
): Promise<ClosePage> {
  const isLast = parties.length < partiesPerPage;
  await tx.db
    .update(periodCloses)
    .set({ progressedAt: tx.now, ...(isLast && { finishedAt: tx.now }) })
    .where(and(eq(periodCloses.kind, kind), eq(periodCloses.period, period)));
  tx.refresh(...parties.map((id) => `account:${id}`), 'role:billing', 'role:manager');
  return { next: isLast ? null : parties.at(-1)! };
}
