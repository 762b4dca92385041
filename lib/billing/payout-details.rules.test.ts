import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskAccount, mayConfirm } from './payout-details.rules.ts';

describe('payout details', () => {
  test('are shown by their end only, never by more than half', () => {
    expect(maskAccount('GH-01JZ9Q8K')).toBe('•••• 9Q8K');
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), (account) => {
        const shown = maskAccount(account).slice('•••• '.length);
        expect(shown.length).toBeLessThanOrEqual(Math.min(4, account.length / 2));
      }),
    );
  });

  test('change by a link that is neither used, nor replaced, nor a day old', () => {
    const now = new Date('2026-03-02T09:00:00Z');
    const fresh = { expiresAt: new Date(now.getTime() + 1), replacedAt: null, confirmedAt: null };
    expect(mayConfirm(fresh, now)).toBe(true);
    expect(mayConfirm({ ...fresh, expiresAt: now }, now)).toBe(false);
    expect(mayConfirm({ ...fresh, replacedAt: now }, now)).toBe(false);
    expect(mayConfirm({ ...fresh, confirmedAt: now }, now)).toBe(false);
  });
});
