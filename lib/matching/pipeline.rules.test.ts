import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInSteps, costOf, type NormalSample, runPipeline } from './pipeline.rules.ts';

const order = { orderId: 'o1', skills: ['precision', 'noise'], excludedWorkerId: null };
const sample = (workerId: string, more: Partial<NormalSample> = {}): NormalSample => ({
  workerId,
  name: workerId,
  characteristics: {},
  busy: false,
  nearbyCount: 0,
  ...more,
});
const pick = (
  pool: NormalSample[],
  asked: Partial<Omit<typeof order, 'excludedWorkerId'>> & { excludedWorkerId?: string | null } = {},
) => runPipeline(builtInSteps, { ...order, ...asked }, pool);

const ids = fc.integer({ min: 0, max: 30 }).map((i) => `w${i}`);
const pools = fc.uniqueArray(
  fc.record({
    workerId: ids,
    name: fc.constant('cat'),
    characteristics: fc.dictionary(
      fc.constantFrom('precision', 'noise', 'patience'),
      fc.integer({ min: 0, max: 100 }),
    ),
    busy: fc.boolean(),
    nearbyCount: fc.nat(50),
  }),
  { selector: (s) => s.workerId, maxLength: 25 },
);
const asked = fc.record({ orderId: fc.uuid(), excludedWorkerId: fc.option(ids) });

describe('there is always a worker [US-073]', () => {
  test('for every pool that is not empty, and for none that is', () => {
    fc.assert(
      fc.property(pools, asked, (pool, o) => {
        const found = pick(pool, o);
        expect(found === null).toBe(pool.length === 0);
        if (found) expect(pool).toContainEqual(found.picked);
      }),
    );
  });

  test('a filter that would leave nobody is skipped and marked, and only such a one', () => {
    fc.assert(
      fc.property(pools, asked, (pool, o) => {
        const found = pick(pool, o);
        if (!found) return;
        const others = pool.filter((s) => s.workerId !== o.excludedWorkerId);
        const left = others.length ? others : pool;
        const [exclusion, availability] = found.steps;
        expect(exclusion!.skipped).toBe(others.length === 0);
        expect(availability!.skipped).toBe(left.every((s) => s.busy));
        // Who is picked never overlaps while somebody free was left, and never failed it while another exists.
        if (!availability!.skipped) expect(found.picked.busy).toBe(false);
        if (others.length) expect(found.picked.workerId).not.toBe(o.excludedWorkerId);
      }),
    );
  });
});

test('the same input gives the same worker, however the pool is ordered', () => {
  fc.assert(
    fc.property(pools, asked, fc.infiniteStream(fc.nat()), (pool, o, lots) => {
      const shuffled = [...pool]
        .map((s) => ({ s, lot: lots.next().value! }))
        .sort((a, b) => a.lot - b.lot)
        .map(({ s }) => s);
      expect(pick(shuffled, o)?.picked).toEqual(pick(pool, o)?.picked);
      expect(pick(shuffled, o)?.top).toEqual(pick(pool, o)?.top);
    }),
  );
});

test('nobody in the pool rates above the one who is picked', () => {
  fc.assert(
    fc.property(pools, asked, (pool, o) => {
      const found = pick(pool, o);
      if (!found) return;
      expect(found.top[0]!.workerId).toBe(found.picked.workerId);
      for (const [i, rating] of found.top.entries())
        if (i) expect(rating.total).toBeLessThanOrEqual(found.top[i - 1]!.total);
    }),
  );
});

test('better skills win over less to do, and of equals the less busy one', () => {
  const strong = sample('strong', { characteristics: { precision: 90, noise: 90 }, nearbyCount: 1 });
  const weak = sample('weak', { characteristics: { precision: 20, noise: 20 } });
  expect(pick([weak, strong])!.picked.workerId).toBe('strong');
  expect(pick([sample('a', { nearbyCount: 5 }), sample('b', { nearbyCount: 2 })])!.picked.workerId).toBe('b');
});

test('of complete equals it is not always the same one', () => {
  const pool = ['a', 'b', 'c', 'd'].map((id) => sample(id));
  const picked = Array.from({ length: 40 }, (_, i) => pick(pool, { orderId: `order-${i}` })!.picked.workerId);
  expect(new Set(picked).size).toBe(4);
});

test('a skill nobody has tested counts as middling', () => {
  const found = pick([sample('a', { characteristics: { precision: 100 } })])!;
  expect(found.top[0]!.scores.skill).toBe(75);
});

test('every service costs 100 units for now [US-050]', () => {
  expect(costOf(order)).toBe(10_000n);
});
