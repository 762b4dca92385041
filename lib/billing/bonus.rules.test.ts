import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayAgree, mayGiveAlone } from './bonus.rules.ts';

describe('a bonus [US-270]', () => {
  test('up to the sum of the setting needs one manager, a minor unit more needs two', () => {
    expect(mayGiveAlone(100_000n, 1000)).toBe(true);
    expect(mayGiveAlone(100_001n, 1000)).toBe(false);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 8n }), fc.nat(1_000_000), (cents, units) => {
        expect(mayGiveAlone(cents, units)).toBe(cents <= BigInt(units * 100));
      }),
    );
  });

  test('is agreed to by somebody else, and not by the one who gets it', () => {
    const proposal = { proposedById: 'a', workerId: 'w' };
    expect(mayAgree(proposal, 'b').ok).toBe(true);
    expect(mayAgree(proposal, 'a')).toMatchObject({ refusal: { code: 'billing.second_manager_needed' } });
    expect(mayAgree(proposal, 'w')).toMatchObject({ refusal: { code: 'billing.own_bonus' } });
  });
});
