import { expect, test } from 'vitest';
import { billEndedOrder } from './ended-order.rules.ts';

const order = { costCents: 10_000n, priceCents: 9_400n, hasWorker: true };

test.each(['completed', 'failed', 'cancelled'] as const)(
  'the client pays a %s order in full, less the discount fixed at matching [US-030][US-031][US-040]',
  (outcome) => {
    expect(billEndedOrder({ ...order, outcome })).toMatchObject({
      chargeCents: 10_000n,
      discountCents: 600n,
    });
  },
);

test('the worker earns 60 % of the cost before discount for a completed order, rounded half up [US-240]', () => {
  expect(billEndedOrder({ ...order, outcome: 'completed' }).earningCents).toBe(6_000n);
  const odd = (costCents: bigint) =>
    billEndedOrder({ outcome: 'completed', costCents, priceCents: costCents, hasWorker: true }).earningCents;
  expect([odd(1n), odd(2n), odd(3n), odd(4n), odd(5n), odd(99n)]).toEqual([1n, 1n, 2n, 2n, 3n, 59n]);
});

test('the worker gets nothing for a cancelled order, and is fined 40.00 for a failed one [US-240]', () => {
  expect(billEndedOrder({ ...order, outcome: 'cancelled' })).toMatchObject({
    earningCents: 0n,
    penaltyCents: 0n,
  });
  expect(billEndedOrder({ ...order, outcome: 'failed' })).toMatchObject({
    earningCents: 0n,
    penaltyCents: 4_000n,
  });
});

test('an order that ended before matching priced it moves no money', () => {
  expect(
    billEndedOrder({ outcome: 'cancelled', costCents: null, priceCents: null, hasWorker: false }),
  ).toEqual({
    chargeCents: 0n,
    discountCents: 0n,
    earningCents: 0n,
    penaltyCents: 0n,
  });
});

test('a price over the cost is a fault, never a negative discount', () => {
  expect(() => billEndedOrder({ ...order, priceCents: 10_001n, outcome: 'completed' })).toThrow(RangeError);
});
