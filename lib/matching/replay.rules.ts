/** What a replay found; shares are 0..1, money is text so that JSON keeps it. */
export type ReplayFigures = {
  orderCount: number;
  /** Orders of before what was asked was kept: they cannot be asked again. */
  leftOutCount: number;
  changedCount: number;
  is: ReplaySide;
  was: ReplaySide;
  p50Ms: number;
  p95Ms: number;
  skippedCount: number;
};
export type ReplaySide = {
  /** 0: everybody has as many orders; near 1: one has them all. */
  gini: number;
  /** Mean of the asked skills, 0..100. */
  skill: number;
  /** Share of orders that would probably fail, by what was known of the workers then. */
  risk: number;
  costCents: string;
};

/** How unevenly orders are spread over `workerCount` workers, those without an order included (the Gini coefficient). */
export function gini(counts: readonly number[], workerCount: number): number {
  const all = [...counts, ...Array.from({ length: Math.max(0, workerCount - counts.length) }, () => 0)].sort(
    (a, b) => a - b,
  );
  const sum = all.reduce((so, count) => so + count, 0);
  if (sum === 0) return 0;
  const weighted = all.reduce((so, count, i) => so + (i + 1) * count, 0);
  return (2 * weighted) / (all.length * sum) - (all.length + 1) / all.length;
}

/** The value below which `share` of all lie; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
