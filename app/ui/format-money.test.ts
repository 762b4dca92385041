import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney } from './format-money.ts';

describe('money on a screen', () => {
  it('has two decimals, a unit, and the notation of the reader', () => {
    expect(formatMoney(10000n, 'en')).toBe('100.00\u00a0units');
    expect(formatMoney(123450n, 'en')).toBe('1,234.50\u00a0units');
    expect(formatMoney(1234550n, 'ru')).toBe('12\u00a0345,50\u00a0ед.');
  });

  it('shows losses with a real minus and gains with a plus when asked', () => {
    expect(formatMoney(-4000n, 'en')).toBe('−40.00\u00a0units');
    expect(formatMoney(-5n, 'en', { bare: true })).toBe('−0.05');
    expect(formatMoney(6000n, 'en', { sign: 'always', bare: true })).toBe('+60.00');
    expect(formatMoney(0n, 'en', { sign: 'always', bare: true })).toBe('0.00');
  });

  it('is exact for any amount', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.constantFrom('en', 'ru'),
        (cents, locale) => {
          const digits = formatMoney(cents, locale, { bare: true })
            .replace('−', '-')
            .replaceAll(/[^\d-]/g, '');
          expect(BigInt(digits)).toBe(cents);
        },
      ),
    );
  });
});
