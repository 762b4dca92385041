import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecast } from './forecast.rules.ts';

const dueAt = new Date('2026-03-08T17:00:00Z');
const order = (startsAt: string, priceCents: bigint | null = 9_500n) => ({
  priceCents,
  startsAt: new Date(startsAt),
  durationMinutes: 30,
});

describe('what the week is likely to cost [US-250]', () => {
  test('is what is due and the orders that end before the week does', () => {
    const active = [
      order('2026-03-08T16:29:00Z'),
      order('2026-03-08T16:30:00Z'),
      order('2026-03-06T09:00:00Z', null),
    ];
    expect(forecast({ dueCents: 1_000n, dueAt }, active)).toEqual({
      cents: 10_500n,
      ordersCount: 1,
      unpricedCount: 1,
    });
  });

  test('is never less than what is due', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        fc.array(fc.option(fc.bigInt({ min: 0n, max: 10n ** 6n }))),
        (dueCents, prices) => {
          const active = prices.map((cents) => order('2026-03-01T09:00:00Z', cents));
          const { cents, ordersCount, unpricedCount } = forecast({ dueCents, dueAt }, active);
          expect(cents).toBeGreaterThanOrEqual(dueCents);
          expect(ordersCount + unpricedCount).toBe(prices.length);
        },
      ),
    );
  });
});
