import { giveBack, hashOf, lookAround, mixLots, type Pool, takeColumn, takeSlots } from './pool.rules.ts';
import {
  type ClientHistory,
  initialParams,
  isRemote,
  type Params,
  type ReferenceSample,
  type Scene,
  type StepKind,
  type StepTypeName,
  typeOf,
} from './step.rules.ts';

/** A step as managers set it up. `key` names it in traces and tells two of one type apart. */
export type StepSpec = {
  key: string;
  type: StepTypeName;
  enabled: boolean;
  /** Of a score: how many times it counts. Zero changes nothing. */
  weight: number;
  params: Params;
};
export type PipelineSpec = { steps: StepSpec[] };

export type SkipReason = 'empty' | 'late' | 'failed' | 'wrong' | 'refused' | 'not_allowed';

export type StepTrace = {
  id: string;
  type?: StepTypeName;
  kind: StepKind;
  inCount: number;
  outCount: number;
  skipped: boolean;
  /** Why: it would have left nobody, or what became of the remote call. */
  why?: SkipReason;
  weight?: number;
  ms?: number;
};
export type Rating = { workerId: string; name: string; total: number; scores: Record<string, number> };
/** How a match came about: every step's samples in and out, the top ratings, time. */
export type Trace = {
  version: string;
  steps: StepTrace[];
  top: Rating[];
  /** The worker overlaps another engagement: nobody else was left. */
  overbooked: boolean;
  /** Drawn from the best few instead of taking the best. */
  explored?: boolean;
  tookMs: number;
};

/** What a remote step made of the samples that it was sent, in their order; or why there is nothing. */
export type RemoteAnswer = { ok: true; values: ArrayLike<number> } | { ok: false; why: SkipReason };
/** Asks a remote step; `slots` are the samples it is to judge. Never throws. */
export type AskRemote = (step: StepSpec, scene: Scene, slots: Int32Array) => Promise<RemoteAnswer>;

export type Found = {
  slot: number;
  workerId: string;
  workerName: string;
  overbooked: boolean;
  explored: boolean;
  costCents: bigint;
  steps: StepTrace[];
  top: Rating[];
};

const topCount = 10;
export const stepLimit = 30;

/** These two come first and cannot be left out: they hold what is promised to clients and workers [US-132]. */
export const pinnedTypes: readonly StepTypeName[] = ['not_excluded', 'available'];

export type Problem = { code: string; key?: string };

/** What keeps a pipeline from being published; codes are under matching.problems. */
export function problemsOf({ steps }: PipelineSpec): Problem[] {
  const problems: Problem[] = [];
  const kindAt = (index: number) => typeOf(steps[index]!.type).kind;
  for (const [index, type] of pinnedTypes.entries())
    if (steps[index]?.type !== type || !steps[index]!.enabled) problems.push({ code: 'pinned' });
  if (new Set(steps.map(({ key }) => key)).size !== steps.length) problems.push({ code: 'key_twice' });
  const on = steps.filter(({ enabled }) => enabled);
  for (const kind of ['combine', 'pick', 'price'] as const) {
    const count = on.filter(({ type }) => typeOf(type).kind === kind).length;
    if (count !== 1) problems.push({ code: count === 0 ? `no_${kind}` : `${kind}_twice` });
  }
  const order = { filter: 0, score: 0, combine: 1, pick: 2, price: 3 } as const;
  for (let i = 1; i < steps.length; i++)
    if (order[kindAt(i)] < order[kindAt(i - 1)]) problems.push({ code: 'order', key: steps[i]!.key });
  for (const { key, type, enabled, params } of steps) {
    if (pinnedTypes.includes(type) && steps.filter((step) => step.type === type).length > 1)
      problems.push({ code: 'pinned_twice', key });
    if (enabled && isRemote(type) && !params.address) problems.push({ code: 'no_address', key });
  }
  return problems;
}

/** One line of a comparison of two pipelines. */
export type Change = {
  key: string;
  type: StepTypeName;
  what: 'added' | 'removed' | 'moved' | 'enabled' | 'disabled' | 'weight' | 'param';
  param?: string;
  from?: unknown;
  to?: unknown;
};

/** What is different in `next`, step by step; of an added one what is not usual. Nothing when both do the same. */
export function compare(before: PipelineSpec, next: PipelineSpec): Change[] {
  const changes: Change[] = [];
  const old = new Map(before.steps.map((step) => [step.key, step]));
  const fresh = new Map(next.steps.map((step) => [step.key, step]));
  const same = ({ key, type }: StepSpec, other: Map<string, StepSpec>) => other.get(key)?.type === type;
  for (const step of before.steps)
    if (!same(step, fresh)) changes.push({ key: step.key, type: step.type, what: 'removed' });
  const stayedBefore = before.steps.filter((step) => same(step, fresh)).map(({ key }) => key);
  const stayedNow = next.steps.filter((step) => same(step, old)).map(({ key }) => key);
  const unmoved = longestCommonOrder(stayedBefore, stayedNow);
  for (const step of next.steps) {
    const { key, type } = step;
    const was = old.get(key);
    if (!was || was.type !== type) {
      changes.push({ key, type, what: 'added' });
      if (typeOf(type).kind === 'score' && step.weight !== 1)
        changes.push({ key, type, what: 'weight', from: 1, to: step.weight });
      const usual = initialParams(type);
      for (const param of Object.keys(step.params))
        if (asText(usual[param]) !== asText(step.params[param]))
          changes.push({ key, type, what: 'param', param, from: usual[param], to: step.params[param] });
      continue;
    }
    if (!unmoved.has(key))
      changes.push({
        key,
        type,
        what: 'moved',
        from: before.steps.indexOf(was) + 1,
        to: next.steps.indexOf(step) + 1,
      });
    if (was.enabled !== step.enabled)
      changes.push({ key, type, what: step.enabled ? 'enabled' : 'disabled' });
    if (was.weight !== step.weight)
      changes.push({ key, type, what: 'weight', from: was.weight, to: step.weight });
    for (const param of new Set([...Object.keys(was.params), ...Object.keys(step.params)]))
      if (asText(was.params[param]) !== asText(step.params[param]))
        changes.push({ key, type, what: 'param', param, from: was.params[param], to: step.params[param] });
  }
  return changes;
}

/** Tables compare by what they say, whatever the order of their lines. */
const asText = (value: Params[string] | undefined) =>
  typeof value === 'object' ? JSON.stringify(Object.entries(value).sort()) : String(value);

/** Of two orders of the same keys, the most that stay in order: the others have moved. */
function longestCommonOrder(a: readonly string[], b: readonly string[]): Set<string> {
  const best: string[][] = [];
  const place = new Map(a.map((key, index) => [key, index]));
  for (const [i, key] of b.entries()) {
    let before: string[] = [];
    for (let j = 0; j < i; j++)
      if (place.get(b[j]!)! < place.get(key)! && best[j]!.length > before.length) before = best[j]!;
    best.push([...before, key]);
  }
  return new Set(best.reduce((longest, each) => (each.length > longest.length ? each : longest), []));
}

/** The cost of an order by the pricing step of a pipeline; without one, 100 units [US-050]. */
export function costOf({ steps }: PipelineSpec, serviceTypeId: string | null): bigint {
  const price = steps.find(({ type, enabled }) => enabled && typeOf(type).kind === 'price');
  const table = price?.params.prices;
  const own = typeof table === 'object' && serviceTypeId !== null ? table[serviceTypeId] : undefined;
  return BigInt(own ?? Number(price?.params.amountCents ?? 10_000));
}

/** A load window is of a step; all steps of a match share one look at the calendar, over the widest of them. */
function windowDaysOf({ steps }: PipelineSpec): number {
  const windows = steps.filter(({ enabled }) => enabled).map(({ params }) => Number(params.windowDays ?? 0));
  return Math.max(0, ...windows) || 30;
}

type Scored = { step: StepSpec; values: Float64Array };

/**
 * Runs the enabled steps in order over the samples and picks one [US-070]. A filter that would leave nobody is skipped and
 * marked [US-073], and so is a remote step that gives no good answer; so there is a worker whenever there is a sample, null
 * only for an empty pool. The same spec, order, samples and remote answers give the same worker: ties, and who is drawn
 * instead of the best, come from the order's id.
 */
export async function runPipeline(
  spec: PipelineSpec,
  order: ReferenceSample,
  pool: Pool,
  given: {
    now: number;
    withClient?: ClientHistory;
    askRemote?: AskRemote;
    /** Told before anything else can run in this process, so that the next match already knows. */
    onFound?: (found: Found) => void;
    /** Measures the steps, for the trace. */
    clock?: () => number;
  },
): Promise<Found | null> {
  const { withClient = new Map(), askRemote, clock = () => 0, now } = given;
  const all = takeSlots(pool);
  const lists = [all];
  const size = activeSlots(pool, all);
  if (size === 0) {
    giveBack(pool, { slots: lists });
    return null;
  }
  let left: Int32Array = all.subarray(0, size);
  const scene: Scene = {
    order,
    pool,
    withClient,
    now,
    around: lookAround(pool, {
      startsAt: order.startsAt.getTime(),
      endsAt: order.endsAt.getTime(),
      windowDays: windowDaysOf(spec),
    }),
  };
  const traced: StepTrace[] = [];
  const scored: Scored[] = [];
  let total: Float64Array | undefined;
  let picked = { slot: -1, explored: false };
  let best: number[] = [];

  for (const step of spec.steps) {
    if (!step.enabled) continue;
    const type = typeOf(step.type);
    const begun = clock();
    const inCount = left.length;
    let why: SkipReason | undefined;
    if ('remote' in type) {
      // Nothing would come of it: a score that counts zero times is not worth a call.
      const asked =
        type.kind === 'score' && step.weight === 0 ? null : shortlist(step, left, scored, order, pool);
      const answer: RemoteAnswer | null =
        asked && ((await askRemote?.(step, scene, asked)) ?? { ok: false, why: 'failed' });
      if (answer && !answer.ok) why = answer.why;
      else if (answer?.ok && asked) {
        if (type.kind === 'score') {
          const values = takeColumn(pool);
          for (let i = 0; i < asked.length; i++) values[asked[i]!] = answer.values[i]!;
          scored.push({ step, values });
          left = asked;
        } else {
          const kept = asked.filter((_, i) => answer.values[i]! > 0);
          if (kept.length === 0) why = 'empty';
          else left = kept;
        }
      }
    } else if (type.kind === 'filter') {
      const kept = takeSlots(pool);
      lists.push(kept);
      const keptCount = type.keep(scene, step.params, left, kept);
      if (keptCount === 0) why = 'empty';
      else left = kept.subarray(0, keptCount);
    } else if (type.kind === 'score') {
      if (step.weight !== 0) {
        const values = takeColumn(pool);
        type.rate(scene, step.params, left, values);
        scored.push({ step, values });
      }
    } else if (type.kind === 'combine') {
      total = combine(step, scored, left, pool);
    } else if (type.kind === 'pick') {
      best = bestOf(left, total, order, pool);
      picked = pick(step, best, order);
      left = Int32Array.of(picked.slot);
    }
    traced.push({
      id: step.key,
      type: step.type,
      kind: type.kind,
      inCount,
      outCount: left.length,
      skipped: why !== undefined,
      ...(why && { why }),
      ...(type.kind === 'score' && { weight: step.weight }),
      ms: Math.round((clock() - begun) * 100) / 100,
    });
  }
  // A pipeline that was published has all of these; whatever a draft lacks does not keep an order from its worker.
  if (!total) total = combine(undefined, scored, left, pool);
  if (picked.slot < 0) {
    best = bestOf(left, total, order, pool);
    picked = { slot: best[0]!, explored: false };
  }
  const round = (value: number) => Math.round(value * 100) / 100;
  const found: Found = {
    slot: picked.slot,
    workerId: pool.workerIds[picked.slot]!,
    workerName: pool.names[picked.slot]!,
    overbooked: scene.around.overlaps[picked.slot] === 1,
    explored: picked.explored,
    costCents: costOf(spec, order.serviceTypeId),
    steps: traced,
    top: best.map((slot) => ({
      workerId: pool.workerIds[slot]!,
      name: pool.names[slot]!,
      total: round(total[slot]!),
      scores: Object.fromEntries(scored.map(({ step, values }) => [step.key, round(values[slot]!)])),
    })),
  };
  given.onFound?.(found);
  giveBack(pool, {
    columns: [total, ...scored.map(({ values }) => values)],
    slots: lists,
    surroundings: [scene.around],
  });
  return found;
}

function activeSlots({ active, count }: Pool, slots: Int32Array): number {
  let size = 0;
  for (let slot = 0; slot < count; slot++) {
    slots[size] = slot;
    size += active[slot]!;
  }
  return size;
}

/** Rates by all scores so far: their weighted mean, or their weighted geometric mean. */
function combine(
  step: StepSpec | undefined,
  scored: readonly Scored[],
  left: Int32Array,
  pool: Pool,
): Float64Array {
  const total = takeColumn(pool);
  for (let i = 0; i < left.length; i++) total[left[i]!] = 0;
  const weight = scored.reduce((sum, each) => sum + each.step.weight, 0);
  if (weight === 0) return total;
  const product = step?.type === 'combine_product';
  for (const { step: of, values } of scored) {
    const share = of.weight / weight;
    if (product)
      for (let i = 0; i < left.length; i++)
        total[left[i]!]! += share * Math.log(Math.max(values[left[i]!]!, 0.01));
    else for (let i = 0; i < left.length; i++) total[left[i]!]! += share * values[left[i]!]!;
  }
  if (product) for (let i = 0; i < left.length; i++) total[left[i]!] = Math.exp(total[left[i]!]!);
  return total;
}

/** The best few, best first; ties go by a lot drawn from the order's id, so that no sample is always first. */
function bestOf(
  left: Int32Array,
  total: Float64Array | undefined,
  order: ReferenceSample,
  pool: Pool,
  limit = topCount,
): number[] {
  const seed = hashOf(order.orderId);
  const before = (a: number, b: number) => {
    const difference = total ? total[a]! - total[b]! : 0;
    if (difference !== 0) return difference > 0;
    const lots = mixLots(pool.lots[a]!, seed) - mixLots(pool.lots[b]!, seed);
    return lots !== 0 ? lots < 0 : pool.workerIds[a]! < pool.workerIds[b]!;
  };
  const best: number[] = [];
  // Nearly all are below the last of the best.
  let least = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < left.length; i++) {
    const slot = left[i]!;
    if (total && total[slot]! < least) continue;
    if (best.length === limit && !before(slot, best[limit - 1]!)) continue;
    let place = best.length;
    while (place > 0 && before(slot, best[place - 1]!)) place--;
    best.splice(place, 0, slot);
    if (best.length > limit) best.pop();
    if (best.length === limit && total) least = total[best[limit - 1]!]!;
  }
  return best;
}

/**
 * Those that a remote step is asked about: the best rated so far, as many as it says, in an order that is the same in every
 * process. Sorting numbers and then cutting is several times faster than sorting 100,000 slots by what they are rated.
 */
function shortlist(
  step: StepSpec,
  left: Int32Array,
  scored: readonly Scored[],
  order: ReferenceSample,
  pool: Pool,
): Int32Array {
  const limit = Number(step.params.shortlist);
  const total = combine(undefined, scored, left, pool);
  const seed = hashOf(order.orderId);
  let candidates = left;
  if (left.length > limit) {
    const sorted = new Float64Array(left.length);
    for (let i = 0; i < left.length; i++) sorted[i] = total[left[i]!]!;
    const least = sorted.sort()[left.length - limit]!;
    candidates = left.filter((slot) => total[slot]! >= least);
  }
  const ranked = Int32Array.from(candidates).sort(
    (a, b) =>
      total[b]! - total[a]! ||
      mixLots(pool.lots[a]!, seed) - mixLots(pool.lots[b]!, seed) ||
      (pool.workerIds[a]! < pool.workerIds[b]! ? -1 : 1),
  );
  giveBack(pool, { columns: [total] });
  return ranked.subarray(0, limit);
}

function pick(
  step: StepSpec,
  best: readonly number[],
  order: ReferenceSample,
): { slot: number; explored: boolean } {
  const seed = hashOf(order.orderId);
  const share = Number(step.params.explorePercent) / 100;
  const among = Math.min(best.length, Number(step.params.exploreAmong));
  const explored = mixLots(seed, 1) / 2 ** 32 < share;
  return { slot: explored ? best[mixLots(seed, 2) % among]! : best[0]!, explored };
}
