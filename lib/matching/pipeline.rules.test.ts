import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compare,
  costOf,
  type PipelineSpec,
  problemsOf,
  runPipeline,
  type StepSpec,
} from './pipeline.rules.ts';
import {
  createPool,
  engagementState,
  farMinutes,
  forgetOldEngagements,
  gapReachMinutes,
  hashOf,
  lookAround,
  type Pool,
  putEngagement,
  putSample,
} from './pool.rules.ts';
import {
  initialParams,
  posteriorMean,
  type ReferenceSample,
  type StepTypeName,
  stepTypes,
} from './step.rules.ts';

const hour = 3_600_000;
const startsAt = new Date('2026-03-02T12:00:00Z');
const now = startsAt.getTime() - 3 * hour;
const order: ReferenceSample = {
  orderId: 'o1',
  clientId: 'c1',
  serviceTypeId: 's1',
  startsAt,
  endsAt: new Date(startsAt.getTime() + hour),
  skills: ['precision', 'noise'],
  excludedWorkerId: null,
};

const step = (type: StepTypeName, more: Partial<StepSpec> = {}): StepSpec => ({
  key: type,
  type,
  enabled: true,
  weight: stepTypes[type].kind === 'score' ? 1 : 0,
  ...more,
  params: { ...initialParams(type), ...more.params },
});
const pipeline = (...middle: StepSpec[]): PipelineSpec => ({
  steps: [
    step('not_excluded'),
    step('available'),
    ...middle,
    step('combine_mean'),
    step('pick_best'),
    step('constant_price'),
  ],
});
const usual = pipeline(step('skill', { weight: 2 }), step('fair_load'));

type Cat = {
  id: string;
  skills?: Record<string, number>;
  active?: boolean;
  completed?: number;
  failed?: number;
  trainedDaysAgo?: number;
  /** Hours from the order's start, and how long. */
  engaged?: { at: number; hours: number }[];
};
function poolOf(cats: readonly Cat[]): Pool {
  const pool = createPool(1);
  for (const cat of cats) {
    putSample(pool, {
      workerId: cat.id,
      name: `Cat ${cat.id}`,
      active: cat.active ?? true,
      characteristics: cat.skills ?? {},
      completedCount: cat.completed ?? 0,
      failedCount: cat.failed ?? 0,
      trainedAt: now - (cat.trainedDaysAgo ?? 0) * 24 * hour,
    });
    for (const [i, { at, hours }] of (cat.engaged ?? []).entries())
      putEngagement(pool, {
        orderId: `${cat.id}-${i}`,
        workerId: cat.id,
        startsAt: startsAt.getTime() + at * hour,
        endsAt: startsAt.getTime() + (at + hours) * hour,
        state: engagementState.open,
      });
  }
  return pool;
}
const run = (
  spec: PipelineSpec,
  cats: readonly Cat[],
  asked: Partial<ReferenceSample> = {},
  given: Partial<Parameters<typeof runPipeline>[3]> = {},
) => runPipeline(spec, { ...order, ...asked }, poolOf(cats), { now, ...given });

const ids = fc.integer({ min: 0, max: 30 }).map((i) => `w${i}`);
const cats: fc.Arbitrary<Cat[]> = fc.uniqueArray(
  fc.record({
    id: ids,
    skills: fc.dictionary(
      fc.constantFrom('precision', 'noise', 'patience'),
      fc.integer({ min: 0, max: 100 }),
    ),
    active: fc.boolean(),
    completed: fc.nat(30),
    failed: fc.nat(5),
    trainedDaysAgo: fc.nat(400),
    engaged: fc.array(
      fc.record({ at: fc.integer({ min: -5, max: 5 }), hours: fc.integer({ min: 1, max: 3 }) }),
      {
        maxLength: 3,
      },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);
const asked = fc.record({ orderId: fc.uuid(), excludedWorkerId: fc.option(ids) });
const middleStep = fc
  .record({
    type: fc.constantFrom<StepTypeName>(
      'travel_gap',
      'required_skills',
      'skill',
      'client_history',
      'reliability',
      'fair_load',
      'freshness',
      'remote_filter',
      'remote_score',
    ),
    enabled: fc.boolean(),
    weight: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ type, ...more }) => step(type, more));
const pipelines = fc
  .record({ middle: fc.array(middleStep, { maxLength: 8 }), explore: fc.nat(50), product: fc.boolean() })
  .map(({ middle, explore, product }) => {
    const spec = pipeline(...middle.map((each, i) => ({ ...each, key: `${each.type}-${i}` })));
    spec.steps.splice(
      -3,
      2,
      step(product ? 'combine_product' : 'combine_mean'),
      step('pick_best', { params: { explorePercent: explore } }),
    );
    return spec;
  });
/** Answers by the ids alone; some steps never answer. */
const remote: NonNullable<Parameters<typeof runPipeline>[3]['askRemote']> = async (
  { key },
  { pool },
  slots,
) =>
  hashOf(key) % 3 === 0
    ? { ok: false, why: 'late' }
    : { ok: true, values: Array.from(slots, (slot) => hashOf(pool.workerIds[slot]! + key) % 101) };

describe('there is always a worker [US-073]', () => {
  test('for every pipeline and every pool with an active sample, and for no other', () =>
    fc.assert(
      fc.asyncProperty(pipelines, cats, asked, async (spec, pool, o) => {
        const found = await run(spec, pool, o, { askRemote: remote });
        const active = pool.filter((cat) => cat.active);
        expect(found === null).toBe(active.length === 0);
        if (found) expect(active.map(({ id }) => id)).toContain(found.workerId);
      }),
    ));

  test('a filter never leaves nobody: it is skipped and marked, and only then', () =>
    fc.assert(
      fc.asyncProperty(pipelines, cats, asked, async (spec, pool, o) => {
        const found = await run(spec, pool, o, { askRemote: remote });
        if (!found) return;
        for (const [i, traced] of found.steps.entries()) {
          expect(traced.outCount).toBeGreaterThan(0);
          expect(traced.skipped).toBe(traced.why !== undefined);
          if (traced.skipped) expect(traced.outCount).toBe(traced.inCount);
          if (i) expect(traced.inCount).toBe(found.steps[i - 1]!.outCount);
        }
        // Only what is switched on runs, and all of it is in the trace.
        expect(found.steps.map(({ id }) => id)).toEqual(
          spec.steps.filter(({ enabled }) => enabled).map(({ key }) => key),
        );
      }),
    ));

  test('nobody is double-booked while anybody is free, and who failed it is kept away while another exists [US-132]', () =>
    fc.assert(
      fc.asyncProperty(pipelines, cats, asked, async (spec, pool, o) => {
        const found = await run(spec, pool, o, { askRemote: remote });
        if (!found) return;
        const active = pool.filter((cat) => cat.active);
        const others = active.filter(({ id }) => id !== o.excludedWorkerId);
        if (others.length) expect(found.workerId).not.toBe(o.excludedWorkerId);
        const left = others.length ? others : active;
        const isFree = (cat: Cat) => !cat.engaged?.some(({ at, hours }) => at < 1 && at + hours > 0);
        expect(found.overbooked).toBe(!left.some(isFree));
      }),
    ));
});

test('the same seed, version and data give the same worker and the same trace, however the pool is ordered', () =>
  fc.assert(
    fc.asyncProperty(pipelines, cats, asked, fc.infiniteStream(fc.nat()), async (spec, pool, o, lots) => {
      const shuffled = [...pool]
        .map((s) => ({ s, lot: lots.next().value! }))
        .sort((a, b) => a.lot - b.lot)
        .map(({ s }) => s);
      const [a, b] = [
        await run(spec, pool, o, { askRemote: remote }),
        await run(spec, shuffled, o, { askRemote: remote }),
      ];
      expect(b && { ...b, slot: 0 }).toEqual(a && { ...a, slot: 0 });
    }),
  ));

test('a score with the weight zero changes nothing', () =>
  fc.assert(
    fc.asyncProperty(pipelines, cats, asked, fc.nat(7), middleStep, async (spec, pool, o, place, extra) => {
      fc.pre(stepTypes[extra.type].kind === 'score');
      const steps = [...spec.steps];
      steps.splice(2 + (place % (steps.length - 4)), 0, { ...extra, key: 'extra', weight: 0 });
      // The window of a load score is shared, so an extra one may widen it: here it is the same.
      const [without, with_] = [
        await run(spec, pool, o, { askRemote: remote }),
        await run({ steps }, pool, o, { askRemote: remote }),
      ];
      expect(with_?.workerId).toBe(without?.workerId);
      expect(with_?.top).toEqual(without?.top);
    }),
  ));

test('nobody rates above the one who is picked, unless the pick is a drawn one', () =>
  fc.assert(
    fc.asyncProperty(pipelines, cats, asked, async (spec, pool, o) => {
      const found = await run(spec, pool, o, { askRemote: remote });
      if (!found) return;
      if (!found.explored) expect(found.top[0]!.workerId).toBe(found.workerId);
      expect(found.top.map(({ workerId }) => workerId)).toContain(found.workerId);
      for (const [i, rating] of found.top.entries())
        if (i) expect(rating.total).toBeLessThanOrEqual(found.top[i - 1]!.total);
    }),
  ));

describe('golden cases, reckoned by hand', () => {
  test('skill 2, load 1: (2 · mean of the skills + 100 / (1 + orders nearby)) / 3', async () => {
    const found = await run(usual, [
      { id: 'a', skills: { precision: 90, noise: 70 }, engaged: [{ at: 5, hours: 1 }] },
      { id: 'b', skills: { precision: 60 } },
    ]);
    // a: (2 · 80 + 50) / 3 = 70; b: noise is untested, 50: (2 · 55 + 100) / 3 = 70. A tie, drawn from the order's id.
    expect(found!.top.map(({ total }) => total)).toEqual([70, 70]);
    expect(found!.top.find(({ workerId }) => workerId === 'a')!.scores).toEqual({ skill: 80, fair_load: 50 });
  });

  test('a newcomer stands at the prior, and each order moves it less than the one before', async () => {
    const found = await run(pipeline(step('reliability', { params: { priorPercent: 80, priorOrders: 5 } })), [
      { id: 'newcomer' },
      { id: 'one-good', completed: 1 },
      { id: 'one-bad', failed: 1 },
      { id: 'old-hand', completed: 90, failed: 5 },
    ]);
    // (0+4)/5, (1+4)/6, (0+4)/6, (90+4)/100
    expect(Object.fromEntries(found!.top.map(({ workerId, total }) => [workerId, total]))).toEqual({
      'old-hand': 94,
      'one-good': 83.33,
      newcomer: 80,
      'one-bad': 66.67,
    });
    expect(posteriorMean(0, 0, { rate: 0.5, strength: 0 })).toBe(0.5);
  });

  test('who did well for this client before is preferred to a stranger, who did badly is not', async () => {
    const spec = pipeline(step('client_history', { params: { priorPercent: 80, priorOrders: 2 } }));
    const withClient = new Map([
      ['known', { completed: 3, failed: 0 }],
      ['feared', { completed: 0, failed: 1 }],
    ]);
    const found = await run(
      spec,
      [{ id: 'known' }, { id: 'feared' }, { id: 'stranger' }],
      {},
      { withClient },
    );
    // (3+1.6)/5, 1.6/2, (0+1.6)/3
    expect(found!.top.map(({ workerId, total }) => [workerId, total])).toEqual([
      ['known', 92],
      ['stranger', 80],
      ['feared', 53.33],
    ]);
  });

  test('freshness halves with each half-life after the training', async () => {
    const found = await run(pipeline(step('freshness', { params: { halfLifeDays: 30 } })), [
      { id: 'today' },
      { id: 'month', trainedDaysAgo: 30 },
      { id: 'two', trainedDaysAgo: 60 },
    ]);
    expect(found!.top.map(({ total }) => total)).toEqual([100, 50, 25]);
  });

  test('a geometric mean does not let one strength make up for a weakness', async () => {
    const spec = pipeline(step('skill'), step('fair_load'));
    spec.steps.splice(-3, 1, step('combine_product'));
    const found = await run(spec, [{ id: 'a', skills: { precision: 81, noise: 81 } }]);
    expect(found!.top[0]!.total).toBe(90); // √(81 · 100)
  });
});

describe('each built-in filter', () => {
  test('travel gap: enough time on either side, and no overlap', async () => {
    const found = await run(pipeline(step('travel_gap', { params: { minutes: 30 } })), [
      { id: 'just-before', engaged: [{ at: -1, hours: 1 }] },
      { id: 'in-time', engaged: [{ at: -2, hours: 1.5 }] },
      { id: 'just-after', engaged: [{ at: 1.25, hours: 1 }] },
    ]);
    expect(found!.top.map(({ workerId }) => workerId)).toEqual(['in-time']);
  });

  test('required skills: each one, not their mean; untested is middling', async () => {
    const found = await run(pipeline(step('required_skills', { params: { minimum: 50 } })), [
      { id: 'one-sided', skills: { precision: 100, noise: 10 } },
      { id: 'untested' },
    ]);
    expect(found!.top.map(({ workerId }) => workerId)).toEqual(['untested']);
  });

  test('a gap that nobody has is given up, an overlap is not', async () => {
    const found = await run(pipeline(step('travel_gap', { params: { minutes: 240 } })), [
      { id: 'busy', engaged: [{ at: 0, hours: 1 }] },
      { id: 'near', engaged: [{ at: 1, hours: 1 }] },
    ]);
    expect(found).toMatchObject({ workerId: 'near', overbooked: false });
    expect(found!.steps[2]).toMatchObject({ id: 'travel_gap', skipped: true, why: 'empty' });
  });
});

describe('a remote step', () => {
  test('sees the best rated so far, as many as it says, and narrows to them', async () => {
    const pool = Array.from({ length: 20 }, (_, i) => ({
      id: `w${i}`,
      skills: { precision: i * 5, noise: i * 5 },
    }));
    let sent = 0;
    const found = await run(
      pipeline(step('skill'), step('remote_score', { params: { shortlist: 4 } })),
      pool,
      {},
      {
        askRemote: async (_, scene, slots) => {
          sent = slots.length;
          return {
            ok: true,
            values: Array.from(slots, (slot) => (scene.pool.workerIds[slot] === 'w17' ? 100 : 0)),
          };
        },
      },
    );
    expect(sent).toBe(4);
    expect(found!.workerId).toBe('w17');
    expect(found!.steps[3]).toMatchObject({ inCount: 20, outCount: 4, skipped: false });
  });

  test('that is late is skipped and marked, and the match goes on without it [US-073]', async () => {
    const found = await run(
      pipeline(step('remote_filter')),
      [{ id: 'a' }],
      {},
      {
        askRemote: async () => ({ ok: false, why: 'late' }),
      },
    );
    expect(found!.workerId).toBe('a');
    expect(found!.steps[2]).toMatchObject({ skipped: true, why: 'late' });
  });
});

test('of complete equals it is not always the same one', async () => {
  const pool = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const picked = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => (await run(usual, pool, { orderId: `order-${i}` }))!.workerId),
  );
  expect(new Set(picked).size).toBe(4);
});

test('exploring: about the share of orders that is asked for goes to one of the best few', async () => {
  const spec = pipeline(step('skill'));
  spec.steps.splice(-2, 1, step('pick_best', { params: { explorePercent: 20, exploreAmong: 3 } }));
  const pool = Array.from({ length: 6 }, (_, i) => ({
    id: `w${i}`,
    skills: { precision: 100 - i, noise: 100 - i },
  }));
  const found = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => run(spec, pool, { orderId: `order-${i}` })),
  );
  const explored = found.filter((each) => each!.explored);
  expect(explored.length).toBeGreaterThan(150);
  expect(explored.length).toBeLessThan(250);
  expect(new Set(explored.map((each) => each!.workerId))).toEqual(new Set(['w0', 'w1', 'w2']));
});

describe('the price', () => {
  test('is 100 units for every service in the built-in pipeline [US-050]', async () => {
    expect(costOf(usual, 's1')).toBe(10_000n);
    expect((await run(usual, [{ id: 'a' }]))!.costCents).toBe(10_000n);
  });

  test('comes from a table when that is the pricing step', () => {
    const spec = { steps: [step('price_table', { params: { amountCents: 500, prices: { s1: 750 } } })] };
    expect([costOf(spec, 's1'), costOf(spec, 's2'), costOf(spec, null)]).toEqual([750n, 500n, 500n]);
  });
});

describe('what may be published', () => {
  test('the usual pipeline has no problem', () => expect(problemsOf(usual)).toEqual([]));

  test.each([
    ['pinned', (steps: StepSpec[]) => steps.slice(1)],
    [
      'pinned',
      (steps: StepSpec[]) => steps.map((s) => (s.type === 'available' ? { ...s, enabled: false } : s)),
    ],
    ['key_twice', (steps: StepSpec[]) => steps.map((s) => ({ ...s, key: 'x' }))],
    ['no_combine', (steps: StepSpec[]) => steps.filter(({ type }) => type !== 'combine_mean')],
    ['price_twice', (steps: StepSpec[]) => [...steps, { ...steps.at(-1)!, key: 'again' }]],
    ['order', (steps: StepSpec[]) => [...steps, step('freshness')]],
    ['no_address', (steps: StepSpec[]) => steps.toSpliced(2, 0, step('remote_filter'))],
  ])('%s', (code, change) => {
    expect(problemsOf({ steps: change(usual.steps) }).map((problem) => problem.code)).toContain(code);
  });
});

describe('comparing two pipelines', () => {
  test('nothing is different from itself', () =>
    fc.assert(fc.property(pipelines, (spec) => compare(spec, structuredClone(spec)).length === 0)));

  test('says what was added, removed, moved, switched, weighed and set, step by step', () => {
    const next = pipeline(
      step('fair_load', { params: { windowDays: 7 } }),
      step('skill', { weight: 3, enabled: false }),
      step('freshness'),
    );
    next.steps = next.steps.map((s) => (s.key === 'price' ? s : s));
    expect(compare(usual, next).map(({ key, what, from, to }) => [key, what, from, to])).toEqual(
      [
        ['skill', 'moved', 3, 4],
        ['skill', 'disabled', undefined, undefined],
        ['skill', 'weight', 2, 3],
        ['fair_load', 'param', 30, 7],
        ['freshness', 'added', undefined, undefined],
      ].sort(
        (a, b) => next.steps.findIndex((s) => s.key === a[0]) - next.steps.findIndex((s) => s.key === b[0]),
      ),
    );
  });
});

test('of a step that is added, a comparison says what is not usual about it', () => {
  const next = pipeline(
    step('skill', { weight: 2 }),
    step('fair_load'),
    step('reliability', { weight: 4, params: { priorOrders: 9 } }),
  );
  expect(compare(usual, next).map(({ key, what, param, from, to }) => [key, what, param, from, to])).toEqual([
    ['reliability', 'added', undefined, undefined, undefined],
    ['reliability', 'weight', undefined, 1, 4],
    ['reliability', 'param', 'priorOrders', 5, 9],
  ]);
});

describe('the pool in columns', () => {
  test('grows, takes over changes and forgets old engagements', () => {
    const pool = poolOf([
      { id: 'a', skills: { precision: 5 }, engaged: [{ at: 0, hours: 1 }] },
      { id: 'b', skills: { noise: 7 }, engaged: [{ at: -900, hours: 1 }] },
      { id: 'c' },
    ]);
    expect([...pool.characteristics.get('noise')!.subarray(0, 3)]).toEqual([255, 7, 255]);
    putSample(pool, {
      workerId: 'b',
      name: 'Cat b',
      active: false,
      characteristics: {},
      completedCount: 1,
      failedCount: 0,
      trainedAt: 0,
    });
    expect(pool.count).toBe(3);
    expect([...pool.active.subarray(0, 3)]).toEqual([1, 0, 1]);
    expect(pool.characteristics.get('noise')![1]).toBe(255);
    forgetOldEngagements(pool, startsAt.getTime() - 100 * hour);
    expect(pool.calendar.count).toBe(1);
    const around = { startsAt: startsAt.getTime(), endsAt: startsAt.getTime() + hour, windowDays: 30 };
    expect([...lookAround(pool, around).overlaps.subarray(0, 3)]).toEqual([1, 0, 0]);
    putEngagement(pool, {
      orderId: 'a-0',
      workerId: 'a',
      startsAt: 0,
      endsAt: 1,
      state: engagementState.gone,
    });
    expect([...lookAround(pool, around).overlaps.subarray(0, 3)]).toEqual([0, 0, 0]);
  });

  test('looking around an order comes to the same as looking at every engagement', () => {
    const quarter = hour / 4;
    const engagement = fc.record({
      order: fc.nat(12),
      cat: fc.nat(3),
      at: fc.integer({ min: -60, max: 60 }),
      quarters: fc.integer({ min: 1, max: 40 }),
      state: fc.constantFrom(...Object.values(engagementState)),
    });
    fc.assert(
      fc.property(
        fc.array(engagement, { maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (engagements, quarters, forget) => {
          const pool = poolOf(['a', 'b', 'c', 'd'].map((id) => ({ id })));
          const known = new Map<number, (typeof engagements)[number]>();
          for (const each of engagements) {
            // The same order again is a new state of it, perhaps at another time and of another worker.
            known.set(each.order, each);
            putEngagement(pool, {
              orderId: `o${each.order}`,
              workerId: pool.workerIds[each.cat]!,
              startsAt: startsAt.getTime() + each.at * quarter,
              endsAt: startsAt.getTime() + (each.at + each.quarters) * quarter,
              state: each.state,
            });
          }
          if (forget) forgetOldEngagements(pool, startsAt.getTime() - 2000 * hour);
          const around = lookAround(pool, {
            startsAt: startsAt.getTime(),
            endsAt: startsAt.getTime() + quarters * quarter,
            windowDays: 1 / 4,
          });
          for (let slot = 0; slot < 4; slot++) {
            const own = [...known.values()].filter(({ cat }) => cat === slot);
            const open = own.filter(({ state }) => state === engagementState.open);
            const overlapping = open.filter((each) => each.at < quarters && each.at + each.quarters > 0);
            const gaps = open
              .filter((each) => !overlapping.includes(each))
              .map((each) => 15 * (each.at >= quarters ? each.at - quarters : -each.at - each.quarters))
              .filter((gap) => gap <= gapReachMinutes);
            expect({
              overlaps: around.overlaps[slot],
              gap: around.gapMinutes[slot],
              nearby: around.nearbyCount[slot],
            }).toEqual({
              overlaps: overlapping.length > 0 ? 1 : 0,
              gap: Math.min(farMinutes, ...gaps),
              nearby: own.filter(({ state, at }) => state !== engagementState.gone && Math.abs(at) <= 24)
                .length,
            });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
