import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { type Period, periodAt } from './periods.rules.ts';

/** The accounts whose entries of a week a figure is made of. */
export const figureAccounts = {
  revenue: ['clients:revenue', 'clients:discounts'],
  cost: ['people:earnings', 'people:penalties', 'people:bonuses'],
} as const;

export type WeekFigures = {
  period: string;
  from: Date;
  to: Date;
  /** Charged to clients after discounts. */
  revenueCents: Cents;
  /** Earned by workers, less penalties, with bonuses. */
  costCents: Cents;
};

/** Revenue and cost of the latest weeks, the running one first. */
export async function weeklyFigures(ctx: Ctx, { weeksCount = 12 } = {}): Promise<WeekFigures[]> {
  requireRole(ctx, 'manager', 'billing');
  const zone = await readSetting(ctx, 'time_zone');
  const weeks: Period[] = [periodAt('week', ctx.now, zone)];
  while (weeks.length < weeksCount)
    weeks.unshift(periodAt('week', new Date(weeks[0]!.from.getTime() - 1), zone));
  const starts = weeks.map(({ from }) => from.toISOString());
  const rows = await ctx.db.execute<{ week: number; purpose: string; cents: string }>(sql`
    select width_bucket(occurred_at, array[${sql.join(
      starts.map((start) => sql`${start}::timestamptz`),
      sql`, `,
    )}]) as week, purpose, sum(amount_cents)::text as cents
    from billing.items
    where occurred_at >= ${starts[0]} and occurred_at < ${weeks.at(-1)!.to.toISOString()}
      and kind in ('order_charged', 'discount_given', 'worker_earned', 'worker_fined', 'penalty_waived', 'bonus_given')
    group by 1, 2`);
  const of = (week: number, purpose: string) =>
    BigInt(rows.find((row) => row.week === week && row.purpose === purpose)?.cents ?? 0);
  return weeks
    .map(({ period, from, to }, i) => ({
      period,
      from,
      to,
      revenueCents: of(i + 1, 'invoice'),
      costCents: of(i + 1, 'statement'),
    }))
    .reverse();
}
