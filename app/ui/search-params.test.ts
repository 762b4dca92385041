import { describe, expect, it } from 'vitest';
import { pageOf, withSearch } from './search-params.ts';

describe('lists by URL', () => {
  it('change one parameter and keep the others', () => {
    expect(withSearch({ q: 'vase', tag: ['a', 'b'], page: '3' }, { page: undefined, sort: '-at' })).toBe(
      '?q=vase&tag=a&tag=b&sort=-at',
    );
  });

  it('have a page of one or more, whatever was typed', () => {
    expect(['2', '0', '-1', 'x', undefined, '1.5', '99999999'].map((page) => pageOf({ page }))).toEqual([
      2, 1, 1, 1, 1, 1, 10_000,
    ]);
  });
});
