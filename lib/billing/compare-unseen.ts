import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { findMovement, type Purpose } from './partner-list.ts';
import type { Theirs } from './reconcile.rules.ts';
import { comparedDay, noteComparisons } from './reconcile-page.ts';

/** A partner's clock may differ from ours, and a try may be asked about for days: the key decides, not the day. */
const lookBackMs = 30 * 86_400_000;
const skewMs = 15 * 60_000;
const perPage = 200;
const asksAtOnce = 10;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Asks a partner by key about the next 200 movements that we hold to have happened, or to be under way, and that no list had
 * until the end of a day; what the partner sees in another way is noted for a person. Throws `Refused` billing.not_found, and
 * an ordinary error when the partner does not say: what it did say is kept, so that the next try has less to ask.
 */
export async function compareUnseen(
  ctx: Ctx,
  { purpose, day, after }: { purpose: Purpose; day: string; after: string | null },
): Promise<{ next: string | null }> {
  requireRole(ctx, 'system');
  const toMs = (await comparedDay(ctx, { purpose, day })).toAt.getTime();
  const since = new Date(toMs - lookBackMs).toISOString();
  const until = new Date(toMs - skewMs).toISOString();
  const lately = sql`coalesce(${attempts.settledAt}, ${attempts.createdAt})`;
  const unseen = await ctx.db
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.purpose, purpose),
        isNull(attempts.matchedAt),
        inArray(attempts.state, ['succeeded', 'pending', 'returned']),
        gt(attempts.id, after ?? firstId),
        sql`${lately} >= ${since} and ${lately} < ${until}`,
      ),
    )
    .orderBy(asc(attempts.id))
    .limit(perPage);
  const theirs = new Map<string, Theirs | null>();
  let fault: unknown;
  for (let i = 0; i < unseen.length; i += asksAtOnce)
    await Promise.all(
      unseen.slice(i, i + asksAtOnce).map(async ({ key, state }) => {
        try {
          theirs.set(key, await findMovement(purpose, key));
        } catch (error) {
          // What is pending is asked about anyway; what we hold to have moved has to be known before the day is done.
          if (state !== 'pending') fault = error;
        }
      }),
    );
  const answered = unseen.filter(({ key }) => theirs.has(key));
  await transaction(ctx, (tx) =>
    noteComparisons(
      tx,
      { purpose, day },
      answered.map((ours) => ({ key: ours.key, ours, theirs: theirs.get(ours.key)! })),
    ),
  );
  if (fault) throw fault;
  return { next: unseen.length === perPage ? unseen.at(-1)!.id : null };
}
