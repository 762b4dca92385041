import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endings, fewestTransfers, payOut, potParty, type Stake, settle } from './settlement.rules.ts';

const stake = (memberId: string, ending: Stake['ending'], amountCents: bigint): Stake => ({
  memberId,
  ending,
  amountCents,
});

const anyStakes = fc.array(
  fc.record({
    memberId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    ending: fc.constantFrom(...endings),
    amountCents: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  }),
  { maxLength: 12 },
);

describe('settling a pool [US-290]', () => {
  test('divides the losers’ stakes among those who were right, in proportion, to the last minor unit', () => {
    const stakes = [stake('a', 'completed', 100n), stake('b', 'completed', 200n), stake('c', 'failed', 100n)];
    expect(settle(stakes, 'completed', null)).toEqual([
      { party: 'c', kind: 'lost', amountCents: -100n },
      { party: 'a', kind: 'won', amountCents: 33n },
      { party: 'b', kind: 'won', amountCents: 67n },
    ]);
  });

  test('gives the pool to the developers’ pot when everybody was wrong', () => {
    const stakes = [stake('a', 'completed', 100n), stake('b', 'failed', 50n)];
    expect(settle(stakes, 'cancelled', null)).toContainEqual({
      party: potParty,
      kind: 'pot',
      amountCents: 150n,
    });
  });

  test('returns one lone stake, and stakes that nobody opposed', () => {
    expect(settle([stake('a', 'failed', 100n)], 'completed', null)).toEqual([
      { party: 'a', kind: 'returned', amountCents: 0n },
    ]);
    const unopposed = [stake('a', 'failed', 100n), stake('b', 'failed', 5n)];
    for (const ending of endings)
      expect(settle(unopposed, ending, null).every((m) => m.kind === 'returned')).toBe(true);
  });

  test('returns the stakes of one who bets against himself alone', () => {
    const alone = [stake('a', 'failed', 100n), stake('a', 'completed', 1n)];
    expect(settle(alone, 'completed', null)).toEqual([{ party: 'a', kind: 'returned', amountCents: 0n }]);
  });

  test('returns the stake of a manager who ended the order by hand, and settles the rest without it', () => {
    const stakes = [
      stake('a', 'cancelled', 900n),
      stake('b', 'cancelled', 10n),
      stake('c', 'completed', 30n),
    ];
    expect(settle(stakes, 'cancelled', 'a')).toEqual([
      { party: 'a', kind: 'returned', amountCents: 0n },
      { party: 'c', kind: 'lost', amountCents: -30n },
      { party: 'b', kind: 'won', amountCents: 30n },
    ]);
    expect(settle(stakes.slice(0, 2), 'cancelled', 'a').every((m) => m.kind === 'returned')).toBe(true);
  });

  test('pays out of a pool everything that was staked, late stakes too, and each party what the division says', () => {
    fc.assert(
      fc.property(
        anyStakes,
        anyStakes,
        fc.constantFrom(...endings),
        fc.option(fc.constantFrom('a', 'b')),
        (stakes, late, ending, endedBy) => {
          const sum = (rows: readonly { amountCents: bigint }[]) =>
            rows.reduce((total, { amountCents }) => total + amountCents, 0n);
          const paid = payOut(stakes, late, ending, endedBy);
          expect(sum(paid)).toBe(sum([...stakes, ...late]));
          expect(new Set(paid.map(({ party, kind }) => `${party} ${kind}`)).size).toBe(paid.length);
          const net = (party: string) =>
            sum(paid.filter((p) => p.party === party)) -
            sum([...stakes, ...late].filter((s) => s.memberId === party));
          for (const party of ['a', 'b', 'c', 'd', 'e'])
            expect(net(party)).toBe(sum(settle(stakes, ending, endedBy).filter((m) => m.party === party)));
        },
      ),
    );
  });

  test('neither makes nor loses money, and nobody loses more than was staked', () => {
    fc.assert(
      fc.property(
        anyStakes,
        fc.constantFrom(...endings),
        fc.option(fc.constantFrom('a', 'b')),
        (stakes, ending, by) => {
          const movements = settle(stakes, ending, by);
          expect(movements.reduce((sum, m) => sum + m.amountCents, 0n)).toBe(0n);
          for (const memberId of ['a', 'b', 'c', 'd', 'e']) {
            const staked = stakes
              .filter((s) => s.memberId === memberId)
              .reduce((sum, s) => sum + s.amountCents, 0n);
            const moved = movements
              .filter((m) => m.party === memberId)
              .reduce((sum, m) => sum + m.amountCents, 0n);
            expect(moved >= -staked).toBe(true);
          }
        },
      ),
    );
  });

  test('does not depend on who clicked first', () => {
    fc.assert(
      fc.property(anyStakes, fc.constantFrom(...endings), (stakes, ending) => {
        expect(settle([...stakes].reverse(), ending, null)).toEqual(settle(stakes, ending, null));
      }),
    );
  });
});

describe('the fewest transfers [US-281]', () => {
  test('uses one transfer for each pair that cancels out', () => {
    const balances = new Map([
      ['a', 5n],
      ['b', -5n],
      ['c', 7n],
      ['d', -7n],
    ]);
    expect(fewestTransfers(balances)).toHaveLength(2);
  });

  test('brings everybody to zero with fewer transfers than parties', () => {
    const amounts = fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { minLength: 1, maxLength: 11 });
    fc.assert(
      fc.property(amounts, (some) => {
        const all = [...some, -some.reduce((a, b) => a + b, 0n)];
        const balances = new Map(all.map((amount, i) => [`m${i}`, amount]));
        const transfers = fewestTransfers(balances);
        for (const { from, to, amountCents } of transfers) {
          expect(amountCents > 0n).toBe(true);
          balances.set(from, balances.get(from)! + amountCents);
          balances.set(to, balances.get(to)! - amountCents);
        }
        expect([...balances.values()].every((amount) => amount === 0n)).toBe(true);
        expect(transfers.length).toBeLessThanOrEqual(
          Math.max(0, all.filter((amount) => amount !== 0n).length - 1),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('refuses balances that do not sum to zero', () => {
    expect(() => fewestTransfers(new Map([['a', 1n]]))).toThrow(RangeError);
  });

  test('settles a circle of 15 at once', () => {
    const balances = new Map(Array.from({ length: 15 }, (_, i) => [`m${i}`, BigInt(i - 7) * 100n]));
    // Seven pairs cancel out, the one in the middle owes nothing.
    expect(fewestTransfers(balances)).toHaveLength(7);
  });
});
