import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends only on the text: chance that can be replayed. */
export function fractionFrom(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
