import { and, count, desc, eq, gte, isNull } from 'drizzle-orm';
import { alarms, matchResults, waitingOrders } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { alarmRaised } from './events.ts';
import type { Trace } from './pipeline.rules.ts';
import { quantile } from './replay.rules.ts';

const lookedAtCount = 50;
const lookedAtMinutes = 60;
/** Fewer matches than these say nothing about a share. */
const leastCount = 5;
export const failingShare = 0.2;
export const slowMs = 250;

type Found = { kind: 'pool_empty' | 'step_failing' | 'slow'; subject: string; measured: number };

/** What is wrong by the traces of recent matches: remote steps skipped over a share, and how long nineteen of twenty took. */
export function alarmsIn(traces: readonly Trace[]): Found[] {
  if (traces.length < leastCount) return [];
  const found: Found[] = [];
  const remote = new Map<string, { asked: number; skipped: number }>();
  for (const { steps } of traces)
    for (const { id, type, skipped, why } of steps) {
      if (type !== 'remote_score' && type !== 'remote_filter') continue;
      const counts = remote.get(id) ?? { asked: 0, skipped: 0 };
      counts.asked++;
      if (skipped && why !== 'empty') counts.skipped++;
      remote.set(id, counts);
    }
  for (const [subject, { asked, skipped }] of remote)
    if (asked >= leastCount && skipped / asked > failingShare)
      found.push({ kind: 'step_failing', subject, measured: Math.round((100 * skipped) / asked) });
  const p95Ms = quantile(
    traces.map(({ tookMs }) => tookMs),
    0.95,
  );
  if (p95Ms > slowMs) found.push({ kind: 'slow', subject: '', measured: Math.round(p95Ms) });
  return found;
}

/** Raises an alarm when something begins to go wrong and clears it when it is over; for the system, every minute. */
export async function watchMatching(ctx: Ctx): Promise<{ raised: number; cleared: number }> {
  requireRole(ctx, 'system');
  return transaction(ctx, async (tx) => {
    const recent = await tx.db
      .select({ trace: matchResults.trace })
      .from(matchResults)
      .where(gte(matchResults.matchedAt, new Date(tx.now.getTime() - lookedAtMinutes * 60_000)))
      .orderBy(desc(matchResults.matchedAt), desc(matchResults.id))
      .limit(lookedAtCount);
    const found = alarmsIn(recent.map(({ trace }) => trace));
    const [waiting] = await tx.db.select({ orders: count() }).from(waitingOrders);
    if (waiting?.orders) found.push({ kind: 'pool_empty', subject: '', measured: waiting.orders });

    const open = await tx.db.select().from(alarms).where(isNull(alarms.clearedAt));
    let [raised, cleared] = [0, 0];
    for (const { id, kind, subject } of open) {
      const now = found.find((each) => each.kind === kind && each.subject === subject);
      await tx.db
        .update(alarms)
        .set(now ? { measured: now.measured } : { clearedAt: tx.now })
        .where(and(eq(alarms.id, id), isNull(alarms.clearedAt)));
      if (!now) cleared++;
    }
    for (const each of found) {
      const [added] = await tx.db
        .insert(alarms)
        .values({ id: tx.newId(), ...each, raisedAt: tx.now })
        .onConflictDoNothing()
        .returning({ id: alarms.id });
      if (!added) continue;
      raised++;
      tx.audit({ verb: 'watchMatching', subject: 'alarm', subjectId: added.id, data: each });
      tx.emit(alarmRaised, { alarmId: added.id, ...each });
    }
    if (raised || cleared) tx.refresh('role:manager');
    return { raised, cleared };
  });
}
