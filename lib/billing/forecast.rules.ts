import type { Cents } from '#lib/kernel/money.ts';

type Active = { priceCents: Cents | null; startsAt: Date; durationMinutes: number };

/**
 * What a client is likely to be charged at the end of the week: what is due already, and the orders under way that should
 * end before then, at their fixed prices. `unpricedCount` of them have no price yet and are left out.
 */
export function forecast(
  { dueCents, dueAt }: { dueCents: Cents; dueAt: Date },
  active: readonly Active[],
): { cents: Cents; ordersCount: number; unpricedCount: number } {
  const ending = active.filter(
    ({ startsAt, durationMinutes }) => startsAt.getTime() + durationMinutes * 60_000 < dueAt.getTime(),
  );
  const priced = ending.flatMap(({ priceCents }) => priceCents ?? []);
  return {
    cents: priced.reduce((sum, cents) => sum + cents, dueCents),
    ordersCount: priced.length,
    unpricedCount: ending.length - priced.length,
  };
}
