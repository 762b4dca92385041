import type { Cents } from '#lib/kernel/money.ts';

const tierCents = 1_000_000n;
const firstPercent = 5;
const highestPercent = 12;

/** Discount in per cent by what a client has paid in total: over 10,000.00 units 5, one more per further 10,000.00, at most 12 [US-040]. */
export function loyaltyPercentFor(paidCents: Cents): number {
  if (paidCents <= tierCents) return 0;
  const tiers = Number((paidCents - 1n) / tierCents);
  return Math.min(highestPercent, firstPercent + tiers - 1);
}

/** The next discount and what is still to be paid for it ("over" means one minor unit more); null at the highest. */
export function nextLoyaltyStep(paidCents: Cents): { percent: number; remainingCents: Cents } | null {
  const now = loyaltyPercentFor(paidCents);
  if (now === highestPercent) return null;
  const percent = now === 0 ? firstPercent : now + 1;
  const borderCents = tierCents * BigInt(percent - firstPercent + 1);
  return { percent, remainingCents: borderCents + 1n - paidCents };
}
