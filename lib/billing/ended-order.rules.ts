import { type Cents, percentOf } from '#lib/kernel/money.ts';

export const workerSharePercent = 60;
export const penaltyCents = 4000n;

export type Ended = {
  outcome: 'completed' | 'failed' | 'cancelled';
  /** Null when the order ended before matching priced it. */
  costCents: Cents | null;
  priceCents: Cents | null;
  hasWorker: boolean;
};

/**
 * What an ended order moves, in minor units. The client owes the cost less the discount fixed at matching, however it ended
 * [US-030][US-031]; an order that was never priced costs nothing. The worker earns 60 % of the cost, rounded half up, when
 * it was completed, and is fined 40.00 when it failed, whatever the cause [US-240].
 */
export function billEndedOrder({ outcome, costCents, priceCents, hasWorker }: Ended): {
  chargeCents: Cents;
  discountCents: Cents;
  earningCents: Cents;
  penaltyCents: Cents;
} {
  const cost = costCents ?? 0n;
  const price = priceCents ?? cost;
  if (cost < 0n || price < 0n || price > cost)
    throw new RangeError(`an order cannot cost ${cost} and be sold for ${price}`);
  return {
    chargeCents: cost,
    discountCents: cost - price,
    earningCents: outcome === 'completed' && hasWorker ? percentOf(cost, workerSharePercent) : 0n,
    penaltyCents: outcome === 'failed' && hasWorker ? penaltyCents : 0n,
  };
}
