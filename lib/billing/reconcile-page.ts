import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { attempts, discrepancies, reconciliations } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { askAboutNotice } from './ask-partner.ts';
import { listMovements, type Purpose } from './partner-list.ts';
import { compareMovement, type Theirs } from './reconcile.rules.ts';

type Attempt = typeof attempts.$inferSelect;
const asksAtOnce = 10;

/**
 * Compares a page of a partner's list for a day with our tries. Where the two differ, the partner is asked about the key
 * first, which is how a late answer reaches us; what differs still is noted for a person. Done twice, it counts once.
 * Throws `Refused` billing.not_found, and an ordinary error when the partner gives no list.
 */
export async function reconcilePage(
  ctx: Ctx,
  { purpose, day, after }: { purpose: Purpose; day: string; after: string | null },
): Promise<{ next: string | null }> {
  requireRole(ctx, 'system');
  const which = and(eq(reconciliations.purpose, purpose), eq(reconciliations.day, day));
  const [reconciliation] = await ctx.db.select().from(reconciliations).where(which);
  if (!reconciliation) throw new Refused('billing.not_found');
  const { fromAt: from, toAt: to } = reconciliation;
  const { listed, next } = await listMovements(purpose, { from, to, after });
  const before = await attemptsByKey(ctx, listed);
  const unlike = listed.filter(
    (theirs) => before.has(theirs.key) && compareMovement(before.get(theirs.key)!, theirs) !== 'matched',
  );
  for (let i = 0; i < unlike.length; i += asksAtOnce)
    await Promise.all(unlike.slice(i, i + asksAtOnce).map(({ key }) => askAboutNotice(ctx, { key })));
  await transaction(ctx, async (tx) => {
    const ours = await attemptsByKey(tx, listed);
    await noteMatched(
      tx,
      which,
      listed
        .filter((theirs) => compareMovement(ours.get(theirs.key) ?? null, theirs) === 'matched')
        .map(({ key }) => key),
    );
    for (const theirs of listed)
      await noteComparison(tx, { purpose, day, ...theirs }, ours.get(theirs.key) ?? null, theirs);
  });
  return { next };
}

async function attemptsByKey(
  ctx: Pick<Ctx, 'db'>,
  listed: readonly { key: string }[],
): Promise<Map<string, Attempt>> {
  if (listed.length === 0) return new Map();
  const keys = listed.map(({ key }) => key);
  const rows = await ctx.db.select().from(attempts).where(inArray(attempts.key, keys));
  return new Map(rows.map((row) => [row.key, row]));
}

/** Marks tries as seen alike on both sides, and counts those that were not marked before. */
export async function noteMatched(
  tx: Tx,
  which: ReturnType<typeof and>,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  const matched = await tx.db
    .update(attempts)
    .set({ matchedAt: tx.now })
    .where(and(inArray(attempts.key, [...keys]), isNull(attempts.matchedAt)))
    .returning({ state: attempts.state, amountCents: attempts.amountCents });
  const moved = matched.filter(({ state }) => state === 'succeeded');
  await tx.db
    .update(reconciliations)
    .set({
      matchedCount: sql`${reconciliations.matchedCount} + ${matched.length}`,
      matchedCents: sql`${reconciliations.matchedCents} + ${moved.reduce((sum, { amountCents }) => sum + amountCents, 0n).toString()}::bigint`,
    })
    .where(which);
}

/**
 * Writes down what a comparison found: a discrepancy when the sides differ, the end of an earlier one when they are alike
 * now. One that a person has resolved stays resolved.
 */
export async function noteComparison(
  tx: Tx,
  { key, purpose, day }: { key: string; purpose: Purpose; day: string },
  ours: Attempt | null,
  theirs: Theirs | null,
): Promise<void> {
  const kind = compareMovement(ours, theirs);
  if (kind === 'open') return;
  if (kind === 'matched') {
    await tx.db
      .update(discrepancies)
      .set({ resolvedAt: tx.now })
      .where(and(eq(discrepancies.key, key), isNull(discrepancies.resolvedAt)));
    return;
  }
  const seen = {
    kind,
    ourState: ours?.state ?? null,
    ourCents: ours?.amountCents ?? null,
    theirStatus: theirs?.status ?? null,
    theirCents: theirs?.amountCents ?? null,
  };
  await tx.db
    .insert(discrepancies)
    .values({ key, purpose, day, ...seen, foundAt: tx.now })
    .onConflictDoUpdate({
      target: discrepancies.key,
      set: seen,
      setWhere: isNull(discrepancies.resolvedAt),
    });
}
