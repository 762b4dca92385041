import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loyaltyPercentFor, nextLoyaltyStep } from './loyalty.rules.ts';

test.each([
  [0n, 0],
  [-500n, 0],
  [1_000_000n, 0],
  [1_000_001n, 5],
  [2_000_000n, 5],
  [2_000_001n, 6],
  [8_000_000n, 11],
  [8_000_001n, 12],
  [9_000_001n, 12],
  [10n ** 15n, 12],
])('a client who has paid %d minor units in total gets %d per cent [US-040]', (paidCents, percent) => {
  expect(loyaltyPercentFor(paidCents)).toBe(percent);
});

test('paying what is named as remaining brings the next step, and one minor unit less does not [US-040]', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10_000_000n }), (paidCents) => {
      const next = nextLoyaltyStep(paidCents);
      if (!next) {
        expect(loyaltyPercentFor(paidCents)).toBe(12);
        return;
      }
      expect(loyaltyPercentFor(paidCents + next.remainingCents)).toBe(next.percent);
      expect(loyaltyPercentFor(paidCents + next.remainingCents - 1n)).toBe(loyaltyPercentFor(paidCents));
    }),
  );
});
