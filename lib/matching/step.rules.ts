import { gapReachMinutes, type Pool, type Surroundings, unknownCharacteristic } from './pool.rules.ts';

/** What steps see of an order ("reference sample"). */
export type ReferenceSample = {
  orderId: string;
  clientId: string | null;
  serviceTypeId: string | null;
  startsAt: Date;
  endsAt: Date;
  skills: readonly string[];
  excludedWorkerId: string | null;
};

/** How a worker's orders with one client ended. */
export type ClientHistory = ReadonlyMap<string, { completed: number; failed: number }>;

/** All that a built-in step may look at. */
export type Scene = {
  order: ReferenceSample;
  pool: Pool;
  around: Surroundings;
  /** By worker id. */
  withClient: ClientHistory;
  now: number;
};

export const stepKinds = ['filter', 'score', 'combine', 'pick', 'price'] as const;
export type StepKind = (typeof stepKinds)[number];
export type ParamValue = number | string | Record<string, number>;
export type Params = Readonly<Record<string, ParamValue>>;

/** What a step can be told; the editor is built from it. Words and help are in messages, by type and key. */
export type ParamSpec =
  | {
      key: string;
      kind: 'number';
      min: number;
      max: number;
      step: number;
      initial: number;
      unit?: 'minutes' | 'days' | 'percent' | 'ms' | 'points' | 'orders';
    }
  | { key: string; kind: 'money'; max: number; initial: number }
  /** An amount for each service type; one that is not named costs what `amountCents` says. */
  | { key: string; kind: 'price_table'; max: number; initial: Record<string, never> }
  | { key: string; kind: 'address'; initial: string };

/** Writes those of `slots` that stay to `kept`, in the same order, and answers how many they are. */
type Keep = (scene: Scene, params: Params, slots: Int32Array, kept: Int32Array) => number;
/** Writes the ratings, 0..100, of `slots` to `values`, each at its slot. */
type Rate = (scene: Scene, params: Params, slots: Int32Array, values: Float64Array) => void;

/**
 * A built-in or remote step. A built-in one has a loop of its own over the slots: a function called for each of 100,000 takes
 * several times as long.
 */
export type StepType = { kind: StepKind; params: readonly ParamSpec[] } & (
  | { kind: 'filter'; keep: Keep }
  | { kind: 'score'; rate: Rate }
  | { kind: 'filter' | 'score'; remote: true }
  | { kind: 'combine' | 'pick' | 'price' }
);

const number = (
  key: string,
  [min, max, initial]: [number, number, number],
  unit?: Extract<ParamSpec, { kind: 'number' }>['unit'],
  step = 1,
) => ({ key, kind: 'number', min, max, step, initial, unit }) as const;

const middling = 50;
const asNumber = (params: Params, key: string) => Number(params[key]);

const remoteParams: readonly ParamSpec[] = [
  { key: 'address', kind: 'address', initial: '' },
  number('deadlineMs', [20, 2000, 300], 'ms', 10),
  number('shortlist', [1, 20_000, 1000]),
  number('batchSize', [10, 5000, 500]),
];

/**
 * Beta-binomial posterior mean: of n orders k went well, and the prior weighs as much as `strength` orders that went well
 * with the share `rate`. A newcomer has the prior, and each order moves it less than the one before (Gelman et al.,
 * Bayesian Data Analysis, 3rd ed., section 2.4; the shrinkage is that of Efron and Morris, JASA 70, 1975, p. 311).
 */
export function posteriorMean(
  k: number,
  n: number,
  { rate, strength }: { rate: number; strength: number },
): number {
  return n + strength === 0 ? rate : (k + rate * strength) / (n + strength);
}

type SkillColumn = Uint8Array | undefined;

const skillColumns = ({ pool, order }: Pick<Scene, 'pool' | 'order'>): SkillColumn[] =>
  order.skills.map((skill) => pool.characteristics.get(skill));

/** What nobody has tested counts as middling. */
function skillAt(column: SkillColumn, slot: number): number {
  const value = column ? column[slot]! : unknownCharacteristic;
  return value === unknownCharacteristic ? middling : value;
}

/** Mean of the skills that are asked for. */
function meanSkill(columns: readonly SkillColumn[], slot: number): number {
  if (columns.length === 0) return middling;
  let sum = 0;
  for (let c = 0; c < columns.length; c++) sum += skillAt(columns[c], slot);
  return sum / columns.length;
}

const priorOf = (params: Params) => ({
  rate: asNumber(params, 'priorPercent') / 100,
  strength: asNumber(params, 'priorOrders'),
});

/** Every kind of step there is. A new built-in step is an entry here, its words in messages, and a test. */
export const stepTypes = {
  /** Never the worker that failed the order this one copies, while any other exists [US-132]. */
  not_excluded: {
    kind: 'filter',
    params: [],
    keep: ({ pool, order }, _, slots, kept) => {
      const excluded = order.excludedWorkerId === null ? -1 : (pool.slotOf.get(order.excludedWorkerId) ?? -1);
      const at = excluded < 0 ? -1 : slots.indexOf(excluded);
      if (at < 0) {
        kept.set(slots);
        return slots.length;
      }
      kept.set(slots.subarray(0, at));
      kept.set(slots.subarray(at + 1), at);
      return slots.length - 1;
    },
  },
  /** No overlap with an engagement that is not released. */
  available: {
    kind: 'filter',
    params: [],
    keep: ({ around: { overlaps } }, _, slots, kept) => {
      let count = 0;
      for (let i = 0; i < slots.length; i++) {
        kept[count] = slots[i]!;
        count += 1 - overlaps[slots[i]!]!;
      }
      return count;
    },
  },
  /** Time to get from one place to the next. */
  travel_gap: {
    kind: 'filter',
    params: [number('minutes', [0, gapReachMinutes, 15], 'minutes', 5)],
    keep: ({ around: { overlaps, gapMinutes } }, params, slots, kept) => {
      const minutes = asNumber(params, 'minutes');
      let count = 0;
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i]!;
        if (overlaps[slot] === 0 && gapMinutes[slot]! >= minutes) kept[count++] = slot;
      }
      return count;
    },
  },
  /** Each skill that is asked for, not only their mean; what nobody has tested counts as middling. */
  required_skills: {
    kind: 'filter',
    params: [number('minimum', [0, 100, 40], 'points')],
    keep: (scene, params, slots, kept) => {
      const minimum = asNumber(params, 'minimum');
      // Unknown is a number above all others: enough, or too much, as middling is.
      const most = middling >= minimum ? unknownCharacteristic : unknownCharacteristic - 1;
      let from = slots;
      let count = slots.length;
      for (const column of skillColumns(scene)) {
        // Without a branch on what cannot be foreseen.
        let next = 0;
        for (let i = 0; i < count; i++) {
          const slot = from[i]!;
          const value = column ? column[slot]! : unknownCharacteristic;
          kept[next] = slot;
          next += +(value >= minimum) & +(value <= most);
        }
        [from, count] = [kept, next];
      }
      if (from === slots) kept.set(slots);
      return count;
    },
  },
  skill: {
    kind: 'score',
    params: [],
    rate: (scene, _, slots, values) => {
      const columns = skillColumns(scene);
      for (let i = 0; i < slots.length; i++) values[slots[i]!] = meanSkill(columns, slots[i]!);
    },
  },
  /** How this worker's orders with this client ended. */
  client_history: {
    kind: 'score',
    params: [number('priorPercent', [0, 100, 80], 'percent'), number('priorOrders', [0, 100, 2], 'orders')],
    rate: ({ pool, withClient }, params, slots, values) => {
      const prior = priorOf(params);
      const strangers = 100 * posteriorMean(0, 0, prior);
      for (let i = 0; i < slots.length; i++) values[slots[i]!] = strangers;
      // Also those that a filter has left out: nobody looks at them.
      for (const [workerId, { completed, failed }] of withClient) {
        const slot = pool.slotOf.get(workerId);
        if (slot !== undefined) values[slot] = 100 * posteriorMean(completed, completed + failed, prior);
      }
    },
  },
  /** Share of orders that went well, with a prior for newcomers. */
  reliability: {
    kind: 'score',
    params: [number('priorPercent', [0, 100, 90], 'percent'), number('priorOrders', [0, 100, 5], 'orders')],
    rate: ({ pool: { completed, failed } }, params, slots, values) => {
      const prior = priorOf(params);
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i]!;
        const good = completed[slot]!;
        values[slot] = 100 * posteriorMean(good, good + failed[slot]!, prior);
      }
    },
  },
  /** Who has less to do around that time comes first. */
  fair_load: {
    kind: 'score',
    params: [number('windowDays', [1, 30, 30], 'days')],
    rate: ({ around: { nearbyCount } }, _, slots, values) => {
      for (let i = 0; i < slots.length; i++) values[slots[i]!] = 100 / (1 + nearbyCount[slots[i]!]!);
    },
  },
  /** Full marks on the day of the last training, half of them after the half-life. */
  freshness: {
    kind: 'score',
    params: [number('halfLifeDays', [1, 365, 60], 'days')],
    rate: ({ pool: { trainedAt }, now }, params, slots, values) => {
      const halving = -Math.LN2 / (asNumber(params, 'halfLifeDays') * 86_400_000);
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i]!;
        values[slot] = 100 * Math.exp(halving * Math.max(0, now - trainedAt[slot]!));
      }
    },
  },
  remote_filter: { kind: 'filter', remote: true, params: remoteParams },
  remote_score: { kind: 'score', remote: true, params: remoteParams },
  /** Weighted mean of the scores. */
  combine_mean: { kind: 'combine', params: [] },
  /** Weighted geometric mean: being bad at one thing is not made up for by another. */
  combine_product: { kind: 'combine', params: [] },
  /** The best rated; a share of the orders, drawn from the order's id, goes to any of the best few instead. */
  pick_best: {
    kind: 'pick',
    params: [number('explorePercent', [0, 50, 0], 'percent'), number('exploreAmong', [2, 10, 10])],
  },
  /** The formula is secret, version 1 is 100 units for every service [US-050]. */
  constant_price: {
    kind: 'price',
    params: [{ key: 'amountCents', kind: 'money', max: 10_000_000, initial: 10_000 }],
  },
  price_table: {
    kind: 'price',
    params: [
      { key: 'amountCents', kind: 'money', max: 10_000_000, initial: 10_000 },
      { key: 'prices', kind: 'price_table', max: 10_000_000, initial: {} },
    ],
  },
} as const satisfies Record<string, StepType>;

export type StepTypeName = keyof typeof stepTypes;
export const stepTypeNames = Object.keys(stepTypes) as StepTypeName[];
export const typeOf = (name: StepTypeName): StepType => stepTypes[name];
export const isRemote = (name: StepTypeName): boolean => 'remote' in stepTypes[name];

/** The mean of the asked skills of one slot, for reports. */
export const skillFit = (scene: Pick<Scene, 'pool' | 'order'>, slot: number): number =>
  meanSkill(skillColumns(scene), slot);

/** The parameters of a fresh step. */
export function initialParams(type: StepTypeName): Record<string, ParamValue> {
  return Object.fromEntries(typeOf(type).params.map(({ key, initial }) => [key, initial]));
}
