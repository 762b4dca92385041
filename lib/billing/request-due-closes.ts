import { and, eq, gt, gte, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { firstEntryAt } from '#lib/ledger/index.ts';
import { duePeriods, type PeriodKind } from './periods.rules.ts';
import { requestClose } from './request-close.ts';

// Shorter than from one tick to the next: a close that stood still since the last one is asked for again.
const stuckAfterMs = 50 * 60_000;

/**
 * The clock's question: which Sundays [US-220] and month ends [US-230] have come and are not closed? Asks for each of them;
 * missed ones are caught up, a close that stands still is asked for again unless a person paused it. Answers what it asked for.
 */
export async function requestDueCloses(ctx: Ctx): Promise<string[]> {
  requireRole(ctx, 'system');
  const zone = await readSetting(ctx, 'time_zone');
  const asked: string[] = [];
  for (const [kind, book] of [
    ['week', 'clients'],
    ['month', 'people'],
  ] as const) {
    const closed = await closedOrUnderWay(ctx, kind);
    const due = duePeriods(kind, { now: ctx.now, zone, firstEntryAt: await firstEntryAt(ctx, book), closed });
    for (const { period } of due) {
      await requestClose(ctx, { kind, period });
      asked.push(period);
    }
  }
  return asked;
}

/** Closed at its end or later, or being closed now; one that was closed ahead of time, as a demonstration, is due once more. */
async function closedOrUnderWay(ctx: Ctx, kind: PeriodKind): Promise<Set<string>> {
  const rows = await ctx.db
    .select({ period: periodCloses.period })
    .from(periodCloses)
    .where(
      and(
        eq(periodCloses.kind, kind),
        or(
          and(isNotNull(periodCloses.finishedAt), gte(periodCloses.finishedAt, periodCloses.toAt)),
          and(isNull(periodCloses.finishedAt), isNotNull(periodCloses.pausedAt)),
          gt(
            sql`coalesce(${periodCloses.progressedAt}, ${periodCloses.requestedAt})`,
            new Date(ctx.now.getTime() - stuckAfterMs).toISOString(),
          ),
        ),
      ),
    );
  return new Set(rows.map(({ period }) => period));
}
