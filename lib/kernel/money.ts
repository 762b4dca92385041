/** Money is bigint minor units ("cat-units" have two decimals). Everything here is exact. */
export type Cents = bigint;

/** Shares `totalCents` among `weights` by largest remainder: the parts sum to the total to the last minor unit.
 * Ties go to the earlier weight. Throws when weights are empty, negative or all zero, or the total is negative. */
export function allocate(totalCents: Cents, weights: readonly bigint[]): Cents[] {
  if (totalCents < 0n) throw new RangeError('allocate: the total is negative');
  if (weights.some((weight) => weight < 0n)) throw new RangeError('allocate: a weight is negative');
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) throw new RangeError('allocate: nothing to share by');
  const parts = weights.map((weight) => (totalCents * weight) / sum);
  const left = Number(totalCents - parts.reduce((a, b) => a + b, 0n));
  const byRemainder = weights
    .map((weight, position) => ({ position, remainder: (totalCents * weight) % sum }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.position - b.position : a.remainder < b.remainder ? 1 : -1,
    );
  for (const { position } of byRemainder.slice(0, left)) parts[position] = parts[position]! + 1n;
  return parts;
}

/** `percent` (whole) of an amount of zero or more, rounded half up to a minor unit. */
export function percentOf(amountCents: Cents, percent: number): Cents {
  if (amountCents < 0n) throw new RangeError('percentOf: the amount is negative');
  if (!Number.isInteger(percent) || percent < 0)
    throw new RangeError('percentOf: percent is a whole number from 0');
  return (amountCents * BigInt(percent) + 50n) / 100n;
}

/** Reads what a person typed ("12", "12.5", "12,50") as minor units; null when it is not an amount with at most two decimals. */
export function parseCents(text: string): Cents | null {
  const match = /^\s*(-?)(\d{1,13})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  if (!match) return null;
  const value = BigInt(match[2]!) * 100n + BigInt((match[3] ?? '').padEnd(2, '0'));
  return match[1] ? -value : value;
}
