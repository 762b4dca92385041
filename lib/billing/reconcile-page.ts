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
 * Compares a page of a partner's list of what ended on a day with our tries. Where the two differ, the partner is asked about the key
 * first, which is how a late answer reaches us; what differs still is noted for a person. Done twice, it counts once.
 * Throws `Refused` billing.not_found, and an ordinary error when the partner gives no list.
 */
export async function reconcilePage(
  ctx: Ctx,
  { purpose, day, after }: { purpose: Purpose; day: string; after: string | null },
): Promise<{ next: string | null }> {
  requireRole(ctx, 'system');
  const { fromAt: from, toAt: to } = await comparedDay(ctx, { purpose, day });
  const { listed, next } = await listMovements(purpose, { from, to, after });
  const before = await attemptsByKey(ctx, listed);
  const unlike = listed.filter(
    (theirs) => before.has(theirs.key) && compareMovement(before.get(theirs.key)!, theirs) !== 'matched',
  );
  for (let i = 0; i < unlike.length; i += asksAtOnce)
    await Promise.all(unlike.slice(i, i + asksAtOnce).map(({ key }) => askAboutNotice(ctx, { key })));
  await transaction(ctx, async (tx) => {
    const ours = await attemptsByKey(tx, listed);
    await noteComparisons(
      tx,
      { purpose, day },
      listed.map((theirs) => ({ key: theirs.key, ours: ours.get(theirs.key) ?? null, theirs })),
    );
  });
  return { next };
}

/** The day that is being compared. Throws `Refused` billing.not_found. */
export async function comparedDay(
  ctx: Pick<Ctx, 'db'>,
  { purpose, day }: { purpose: Purpose; day: string },
): Promise<typeof reconciliations.$inferSelect> {
  const [reconciliation] = await ctx.db
    .select()
    .from(reconciliations)
    .where(and(eq(reconciliations.purpose, purpose), eq(reconciliations.day, day)));
  if (!reconciliation) throw new Refused('billing.not_found');
  return reconciliation;
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

/**
 * Writes down what comparisons found: tries that are alike on both sides are marked, counted for the day, and end their
 * earlier discrepancy; the others become discrepancies. One that a person has resolved stays resolved while nothing has
 * changed since; any other comes up again. What either side does not know yet is left alone.
 */
export async function noteComparisons(
  tx: Tx,
  { purpose, day }: { purpose: Purpose; day: string },
  compared: readonly { key: string; ours: Attempt | null; theirs: Theirs | null }[],
): Promise<void> {
  const kinds = compared.map((one) => ({ ...one, kind: compareMovement(one.ours, one.theirs) }));
  const alike = kinds.filter(({ kind }) => kind === 'matched').map(({ key }) => key);
  if (alike.length) {
    const matched = await tx.db
      .update(attempts)
      .set({ matchedAt: tx.now })
      .where(and(inArray(attempts.key, alike), isNull(attempts.matchedAt)))
      .returning({ state: attempts.state, amountCents: attempts.amountCents });
    const movedCents = matched.reduce(
      (sum, { state, amountCents }) => sum + (state === 'succeeded' ? amountCents : 0n),
      0n,
    );
    await tx.db
      .update(reconciliations)
      .set({
        matchedCount: sql`${reconciliations.matchedCount} + ${matched.length}`,
        matchedCents: sql`${reconciliations.matchedCents} + ${movedCents.toString()}::bigint`,
      })
      .where(and(eq(reconciliations.purpose, purpose), eq(reconciliations.day, day)));
    await tx.db
      .update(discrepancies)
      .set({ resolvedAt: tx.now })
      .where(and(inArray(discrepancies.key, alike), isNull(discrepancies.resolvedAt)));
  }
  const found = kinds.flatMap(({ key, ours, theirs, kind }) =>
    kind === 'matched' || kind === 'open'
      ? []
      : {
          key,
          purpose,
          day,
          kind,
          ourState: ours?.state ?? null,
          ourCents: ours?.amountCents ?? null,
          theirStatus: theirs?.status ?? null,
          theirCents: theirs?.amountCents ?? null,
          foundAt: tx.now,
        },
  );
  if (found.length === 0) return;
  const { kind, ourState, ourCents, theirStatus, theirCents, resolvedAt, resolvedById } = discrepancies;
  const isOpen = sql`${resolvedAt} is null`;
  await tx.db
    .insert(discrepancies)
    .values(found)
    .onConflictDoUpdate({
      target: discrepancies.key,
      set: {
        kind: sql`excluded.kind`,
        ourState: sql`excluded.our_state`,
        ourCents: sql`excluded.our_cents`,
        theirStatus: sql`excluded.their_status`,
        theirCents: sql`excluded.their_cents`,
        day: sql`case when ${isOpen} then ${discrepancies.day} else excluded.day end`,
        foundAt: sql`case when ${isOpen} then ${discrepancies.foundAt} else excluded.found_at end`,
        resolvedAt: null,
        resolvedById: null,
        resolution: null,
      },
      setWhere: sql`${resolvedById} is null or (${kind}, ${ourState}, ${ourCents}, ${theirStatus}, ${theirCents})
        is distinct from (excluded.kind, excluded.our_state, excluded.our_cents, excluded.their_status, excluded.their_cents)`,
    });
}
