import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wouldEmptyDirectory } from './directory.rules.ts';
import { waitSeconds } from './throttle.rules.ts';

test('a few mistyped passwords cost no wait', () => {
  expect([1, 2, 3, 4].map((attempts) => waitSeconds(attempts, 5))).toEqual([0, 0, 0, 0]);
});

test('after the free attempts the wait doubles up to fifteen minutes', () => {
  expect([5, 6, 7, 8].map((attempts) => waitSeconds(attempts, 5))).toEqual([15, 30, 60, 120]);
  expect(waitSeconds(1000, 5)).toBe(900);
});

test('one more attempt never shortens the wait', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.integer({ min: 1, max: 100 }), (attempts, free) => {
      expect(waitSeconds(attempts + 1, free)).toBeGreaterThanOrEqual(waitSeconds(attempts, free));
    }),
  );
});

test('a few who left are believed, a third of all at once is not', () => {
  expect(wouldEmptyDirectory(11, 11)).toBe(false);
  expect(wouldEmptyDirectory(100, 1000)).toBe(false);
  expect(wouldEmptyDirectory(400, 1000)).toBe(true);
});
