import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, parseCents, percentOf } from './money.ts';

describe('allocation by largest remainder', () => {
  test('gives the odd minor unit to the largest remainder, and a tie to the earlier one', () => {
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(5n, [3n, 7n])).toEqual([2n, 3n]);
    expect(allocate(10n, [0n, 1n])).toEqual([0n, 10n]);
  });

  test('always sums to the total, and no part is a whole unit off its exact share', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        weights.filter((w) => w.some((x) => x > 0n)),
        (total, shares) => {
          const sum = shares.reduce((a, b) => a + b, 0n);
          const parts = allocate(total, shares);
          expect(parts.reduce((a, b) => a + b, 0n)).toBe(total);
          parts.forEach((part, i) => {
            const error = part * sum - total * shares[i]!;
            expect(error < sum && error > -sum).toBe(true);
          });
        },
      ),
    );
  });

  test('refuses what cannot be shared', () => {
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(1n, [0n])).toThrow(RangeError);
    expect(() => allocate(1n, [-1n, 2n])).toThrow(RangeError);
    expect(() => allocate(-1n, [1n])).toThrow(RangeError);
  });
});

test('a percentage is rounded half up once', () => {
  expect(percentOf(10n, 5)).toBe(1n);
  expect(percentOf(9n, 5)).toBe(0n);
  expect(percentOf(10_000n, 60)).toBe(6_000n);
});

test('amounts are read as people type them, and never guessed', () => {
  expect(parseCents('12')).toBe(1200n);
  expect(parseCents(' 12,5 ')).toBe(1250n);
  expect(parseCents('-0.05')).toBe(-5n);
  for (const text of ['', '1.234', '1 000', 'x', '1e3', '.5', '99999999999999'])
    expect(parseCents(text)).toBeNull();
});
