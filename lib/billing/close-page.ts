import { and, asc, eq, isNull, lt, sql } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { monthCloseRequested, weekCloseRequested } from './events.ts';
import type { PeriodKind } from './periods.rules.ts';

/** As many documents as one transaction makes; live screens of so many people fit into one NOTIFY. */
export const partiesPerPage = 100;
/** Before the first client or worker. */
export const firstParty = '00000000-0000-0000-0000-000000000000';

/** Where the next page begins; null when there is none: the period is closed, its close is paused, or waits for an earlier one. */
export type ClosePage = { next: string | null };

type Close = typeof periodCloses.$inferSelect;

/** The earliest period of a kind whose close was asked for and is not finished; those after it wait. */
export async function earliestOpen(
  { db }: Pick<Ctx, 'db'>,
  kind: PeriodKind,
  before?: string,
): Promise<Close | undefined> {
  const [close] = await db
    .select()
    .from(periodCloses)
    .where(
      and(
        eq(periodCloses.kind, kind),
        isNull(periodCloses.finishedAt),
        before ? lt(periodCloses.period, before) : undefined,
      ),
    )
    .orderBy(asc(periodCloses.period))
    .limit(1);
  return close;
}

/**
 * Lets pages of one kind take turns: an item belongs to one document, and to the earliest that may have it. Answers the
 * close, null while it is paused or an earlier period is not closed yet. Throws `Refused` billing.not_found when it was never asked for.
 */
export async function closeInProgress(tx: Tx, kind: PeriodKind, period: string): Promise<Close | null> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`billing:close:${kind}`}, 0))`);
  const [close] = await tx.db
    .select()
    .from(periodCloses)
    .where(and(eq(periodCloses.kind, kind), eq(periodCloses.period, period)))
    .for('update');
  if (!close) throw new Refused('billing.not_found');
  return close.pausedAt || (await earliestOpen(tx, kind, period)) ? null : close;
}

/** Notes that a page is done; one that was not full was the last, so the period is closed, and the next that waits is asked for. */
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
  const waiting = isLast ? await earliestOpen(tx, kind) : undefined;
  if (waiting && !waiting.pausedAt) askForClose(tx, waiting);
  tx.refresh(...parties.map((id) => `account:${id}`), 'role:billing', 'role:manager');
  return { next: isLast ? null : parties.at(-1)! };
}

/** A policy does the work, page by page. */
export function askForClose(tx: Tx, { kind, period }: Pick<Close, 'kind' | 'period'>, after?: string): void {
  if (kind === 'week') tx.emit(weekCloseRequested, { periodEnd: period, after });
  else tx.emit(monthCloseRequested, { month: period, after });
}
