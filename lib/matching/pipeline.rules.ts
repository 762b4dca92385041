/** What steps see of an order ("reference sample"). */
export type ReferenceSample = {
  orderId: string;
  skills: readonly string[];
  excludedWorkerId: string | null;
};

/** What steps see of a worker ("normal sample"): strengths, history, calendar, load [US-071]. */
export type NormalSample = {
  workerId: string;
  name: string;
  characteristics: Readonly<Record<string, number>>;
  /** Overlaps another engagement that is not released. */
  busy: boolean;
  /** Engagements in the 30 days before and after the order's time. */
  nearbyCount: number;
};

/** A filter keeps or drops a sample; a score rates it 0..100, counted `weight` times. Both look at one sample at a time. */
export type Step =
  | { id: string; kind: 'filter'; keeps: (sample: NormalSample, order: ReferenceSample) => boolean }
  | {
      id: string;
      kind: 'score';
      weight: number;
      rates: (sample: NormalSample, order: ReferenceSample) => number;
    };

export type StepTrace = {
  id: string;
  kind: Step['kind'];
  inCount: number;
  outCount: number;
  skipped: boolean;
};
export type Rating = { workerId: string; name: string; total: number; scores: Record<string, number> };
/** How a match came about: every step's samples in and out, the top ratings, time. */
export type Trace = {
  version: string;
  steps: StepTrace[];
  top: Rating[];
  /** The worker overlaps another engagement: nobody else was left. */
  overbooked: boolean;
  tookMs: number;
};

export const builtInVersion = 'built-in-1';
const unknownCharacteristic = 50;
const topCount = 10;

/** Never the worker that failed the order this one copies, while any other exists [US-132]. */
const notExcluded: Step = {
  id: 'not_excluded',
  kind: 'filter',
  keeps: (sample, order) => sample.workerId !== order.excludedWorkerId,
};

/** Available at that time. */
const available: Step = { id: 'available', kind: 'filter', keeps: (sample) => !sample.busy };

/** The mean of the skills that the service asks for; what nobody has tested counts as middling. */
const skill: Step = {
  id: 'skill',
  kind: 'score',
  weight: 2,
  rates: ({ characteristics }, { skills }) => {
    if (skills.length === 0) return unknownCharacteristic;
    const sum = skills.reduce((so, each) => so + (characteristics[each] ?? unknownCharacteristic), 0);
    return sum / skills.length;
  },
};

/** Who has less to do around that time comes first. */
const fairLoad: Step = {
  id: 'fair_load',
  kind: 'score',
  weight: 1,
  rates: ({ nearbyCount }) => 100 / (1 + nearbyCount),
};

/** In order of strength: a filter that comes earlier is the last to be given up. */
export const builtInSteps: readonly Step[] = [notExcluded, available, skill, fairLoad];

/**
 * Runs the steps over the samples and picks the best [US-070]. A filter that would leave nobody is skipped and marked
 * [US-073], so there is a worker whenever there is a sample; null only for an empty pool. The same input gives the same
 * worker: ties go by an order drawn from the order's id, so that no sample is always first.
 */
export function runPipeline(
  steps: readonly Step[],
  order: ReferenceSample,
  pool: readonly NormalSample[],
): { picked: NormalSample; steps: StepTrace[]; top: Rating[] } | null {
  let left = pool;
  const traced: StepTrace[] = [];
  const scoring: Extract<Step, { kind: 'score' }>[] = [];
  for (const step of steps) {
    const { id, kind } = step;
    if (kind === 'score') {
      scoring.push(step);
      traced.push({ id, kind, inCount: left.length, outCount: left.length, skipped: false });
      continue;
    }
    const kept = left.filter((sample) => step.keeps(sample, order));
    const skipped = kept.length === 0 && left.length > 0;
    traced.push({ id, kind, inCount: left.length, outCount: skipped ? left.length : kept.length, skipped });
    if (!skipped) left = kept;
  }
  if (left.length === 0) return null;

  const weight = scoring.reduce((sum, step) => sum + step.weight, 0) || 1;
  const rated = left.map((sample) => {
    const scores = scoring.map((step) => step.rates(sample, order));
    const total = scoring.reduce((sum, step, i) => sum + step.weight * scores[i]!, 0) / weight;
    return { sample, scores, total, draw: drawOf(order.orderId, sample.workerId) };
  });
  rated.sort(
    (a, b) => b.total - a.total || a.draw - b.draw || (a.sample.workerId < b.sample.workerId ? -1 : 1),
  );
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    picked: rated[0]!.sample,
    steps: traced,
    top: rated.slice(0, topCount).map(({ sample, scores, total }) => ({
      workerId: sample.workerId,
      name: sample.name,
      total: round(total),
      scores: Object.fromEntries(scoring.map((step, i) => [step.id, round(scores[i]!)])),
    })),
  };
}

/** FNV-1a over both ids: a fixed lot for each pair. */
function drawOf(orderId: string, workerId: string): number {
  let hash = 0x811c9dc5;
  for (const char of orderId + workerId) {
    hash ^= char.charCodeAt(0);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

/** The pricing step: the formula is secret, version 1 is 100 units for every service [US-050]. */
export function costOf(_order: ReferenceSample): bigint {
  return 10_000n;
}
