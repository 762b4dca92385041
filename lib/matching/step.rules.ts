import { farMinutes, type Pool, type Surroundings, unknownCharacteristic } from './pool.rules.ts';

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

/** A built-in or remote step. Built-in filters and scores look at one slot at a time, after one look at the scene. */
export type StepType = { kind: StepKind; params: readonly ParamSpec[] } & (
  | { kind: 'filter'; keeps: (scene: Scene, params: Params) => (slot: number) => boolean }
  /** Rates 0..100. */
  | { kind: 'score'; rates: (scene: Scene, params: Params) => (slot: number) => number }
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

/** Mean of the skills that are asked for; what nobody has tested counts as middling. */
function skillOf({ pool, order }: Pick<Scene, 'pool' | 'order'>): (slot: number) => number {
  const columns = order.skills.map((skill) => pool.characteristics.get(skill));
  if (columns.length === 0) return () => middling;
  return (slot) => {
    let sum = 0;
    for (const column of columns) {
      const value = column ? column[slot]! : unknownCharacteristic;
      sum += value === unknownCharacteristic ? middling : value;
    }
    return sum / columns.length;
  };
}

/** Every kind of step there is. A new built-in step is an entry here, its words in messages, and a test. */
export const stepTypes = {
  /** Never the worker that failed the order this one copies, while any other exists [US-132]. */
  not_excluded: {
    kind: 'filter',
    params: [],
    keeps: ({ pool, order }) => {
      const excluded = order.excludedWorkerId === null ? -1 : (pool.slotOf.get(order.excludedWorkerId) ?? -1);
      return (slot) => slot !== excluded;
    },
  },
  /** No overlap with an engagement that is not released. */
  available: {
    kind: 'filter',
    params: [],
    keeps:
      ({ around }) =>
      (slot) =>
        around.overlaps[slot] === 0,
  },
  /** Time to get from one place to the next. */
  travel_gap: {
    kind: 'filter',
    params: [number('minutes', [0, 240, 15], 'minutes', 5)],
    keeps: ({ around }, params) => {
      const minutes = Math.min(asNumber(params, 'minutes'), farMinutes);
      return (slot) => around.overlaps[slot] === 0 && around.gapMinutes[slot]! >= minutes;
    },
  },
  /** Each skill that is asked for, not only their mean; what nobody has tested counts as middling. */
  required_skills: {
    kind: 'filter',
    params: [number('minimum', [0, 100, 40], 'points')],
    keeps: ({ pool, order }, params) => {
      const minimum = asNumber(params, 'minimum');
      const columns = order.skills.map((skill) => pool.characteristics.get(skill));
      return (slot) => {
        for (const column of columns) {
          const value = column ? column[slot]! : unknownCharacteristic;
          if ((value === unknownCharacteristic ? middling : value) < minimum) return false;
        }
        return true;
      };
    },
  },
  skill: { kind: 'score', params: [], rates: (scene) => skillOf(scene) },
  /** How this worker's orders with this client ended. */
  client_history: {
    kind: 'score',
    params: [number('priorPercent', [0, 100, 80], 'percent'), number('priorOrders', [0, 100, 2], 'orders')],
    rates: ({ pool, withClient }, params) => {
      const prior = {
        rate: asNumber(params, 'priorPercent') / 100,
        strength: asNumber(params, 'priorOrders'),
      };
      const strangers = 100 * posteriorMean(0, 0, prior);
      const known = new Map<number, number>();
      for (const [workerId, { completed, failed }] of withClient) {
        const slot = pool.slotOf.get(workerId);
        if (slot !== undefined) known.set(slot, 100 * posteriorMean(completed, completed + failed, prior));
      }
      return known.size === 0 ? () => strangers : (slot) => known.get(slot) ?? strangers;
    },
  },
  /** Share of orders that went well, with a prior for newcomers. */
  reliability: {
    kind: 'score',
    params: [number('priorPercent', [0, 100, 90], 'percent'), number('priorOrders', [0, 100, 5], 'orders')],
    rates: ({ pool }, params) => {
      const prior = {
        rate: asNumber(params, 'priorPercent') / 100,
        strength: asNumber(params, 'priorOrders'),
      };
      return (slot) =>
        100 * posteriorMean(pool.completed[slot]!, pool.completed[slot]! + pool.failed[slot]!, prior);
    },
  },
  /** Who has less to do around that time comes first. */
  fair_load: {
    kind: 'score',
    params: [number('windowDays', [1, 30, 30], 'days')],
    rates:
      ({ around }) =>
      (slot) =>
        100 / (1 + around.nearbyCount[slot]!),
  },
  /** Full marks on the day of the last training, half of them after the half-life. */
  freshness: {
    kind: 'score',
    params: [number('halfLifeDays', [1, 365, 60], 'days')],
    rates: ({ pool, now }, params) => {
      const halfLifeMs = asNumber(params, 'halfLifeDays') * 86_400_000;
      return (slot) => 100 * 2 ** (-Math.max(0, now - pool.trainedAt[slot]!) / halfLifeMs);
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
export const skillFit = (scene: Pick<Scene, 'pool' | 'order'>, slot: number): number => skillOf(scene)(slot);

/** The parameters of a fresh step. */
export function initialParams(type: StepTypeName): Record<string, ParamValue> {
  return Object.fromEntries(typeOf(type).params.map(({ key, initial }) => [key, initial]));
}
