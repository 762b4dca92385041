import { and, count, eq, gte, isNotNull, lt } from 'drizzle-orm';
import { matchResults, pipelineDrafts, replays } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { replayRequested } from './events.ts';
import { requestReplayInput } from './inputs.ts';
import { problemsOf } from './pipeline.rules.ts';

export const replayOrderLimit = 5000;

/**
 * Asks who would have been picked for the orders matched in a period, had the draft been in force; it runs in the
 * background. A double click is one replay. Throws `Refused`: invalid, not_allowed, matching.no_draft,
 * matching.not_publishable, matching.no_orders, matching.too_many_orders.
 */
export async function requestReplay(ctx: Ctx, input: unknown): Promise<{ replayId: string }> {
  requireRole(ctx, 'manager');
  const { requestKey, from, to } = parse(requestReplayInput, input);
  return transaction(ctx, async (tx) => {
    const [known] = await tx.db
      .select({ id: replays.id })
      .from(replays)
      .where(eq(replays.requestKey, requestKey));
    if (known) return { replayId: known.id };
    const [draft] = await tx.db.select().from(pipelineDrafts);
    if (!draft) throw new Refused('matching.no_draft');
    if (problemsOf(draft.spec).length > 0) throw new Refused('matching.not_publishable');
    const [found] = await tx.db
      .select({ orders: count() })
      .from(matchResults)
      .where(
        and(gte(matchResults.matchedAt, from), lt(matchResults.matchedAt, to), isNotNull(matchResults.asked)),
      );
    const totalCount = found?.orders ?? 0;
    if (totalCount === 0) throw new Refused('matching.no_orders');
    if (totalCount > replayOrderLimit)
      throw new Refused('matching.too_many_orders', { params: { limit: replayOrderLimit } });
    const replayId = tx.newId();
    await tx.db.insert(replays).values({
      id: replayId,
      requestKey,
      spec: draft.spec,
      basedOnVersion: draft.basedOnVersion,
      periodFrom: from,
      periodTo: to,
      state: 'running',
      totalCount,
      doneCount: 0,
      requestedAt: tx.now,
      requestedBy: tx.actor.id,
      progressedAt: tx.now,
    });
    tx.audit({ verb: 'requestReplay', subject: 'replay', subjectId: replayId, data: { totalCount } });
    tx.emit(replayRequested, { replayId });
    tx.refresh('role:manager');
    return { replayId };
  });
}
