import { eq } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { firstEntryAt } from '#lib/ledger/index.ts';
import { duePeriods } from './periods.rules.ts';
import { requestClose } from './request-close.ts';

// Shorter than from one tick to the next: a close that stood still since the last one is asked for again.
const stuckAfterMs = 50 * 60_000;

/**
 * The clock's question: which Sundays [US-220] and month ends [US-230] have come and are not closed? Asks for each of them;
 * missed ones are caught up, oldest first, a close that stands still is asked for again unless a person paused it. Answers
 * what it asked for.
 */
export async function requestDueCloses(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system');
  const zone = await readSetting(ctx, 'time_zone');
  const asked: string[] = [];
  for (const [kind, book] of [
    ['week', 'clients'],
    ['month', 'people'],
  ] as const) {
    const known = await ctx.db.select().from(periodCloses).where(eq(periodCloses.kind, kind));
    const rest = known.filter((close) => isClosedOrUnderWay(close, ctx.now)).map(({ period }) => period);
    const closed = new Set(rest);
    const due = duePeriods(kind, { now: ctx.now, zone, firstEntryAt: await firstEntryAt(ctx, book), closed });
    // One that a person asked for and that stands still holds up all later ones, whether it is due or not.
    const stuck = known.filter(
      ({ period, finishedAt, fromAt }) => !finishedAt && fromAt <= ctx.now && !closed.has(period),
    );
    const periods = new Set([...stuck, ...due].map(({ period }) => period));
    for (const period of [...periods].sort()) {
      await requestClose(ctx, { kind, period });
      asked.push(period);
    }
  }
  return asked;
}

/** Closed at its end or later, or being closed now; one that was closed ahead of time, as a demonstration, is due once more. */
function isClosedOrUnderWay(close: typeof periodCloses.$inferSelect, now: Date): boolean {
  const { finishedAt, pausedAt, toAt, progressedAt, requestedAt } = close;
  if (finishedAt ? finishedAt >= toAt : pausedAt) return true;
  return (progressedAt ?? requestedAt).getTime() > now.getTime() - stuckAfterMs;
}
