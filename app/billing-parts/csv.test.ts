import { expect, test } from 'vitest';
import { csv, csvAmount } from './csv.ts';

test('what a person typed cannot become a formula, and numbers stay numbers', () => {
  expect(csv([['=1+1', '+x', '-5.00', '@a', 'He said "mrr"', '-x']])).toBe(
    '\uFEFF"\'=1+1","\'+x","-5.00","\'@a","He said ""mrr""","\'-x"\r\n',
  );
});

test('amounts are exact', () => {
  expect([0n, 5n, -5n, 123_456n, -100n].map(csvAmount)).toEqual([
    '0.00',
    '0.05',
    '-0.05',
    '1234.56',
    '-1.00',
  ]);
});
