import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../messages/', import.meta.url);
const areasOf = (locale: string) => readdirSync(new URL(`${locale}/`, root)).sort();

/** Every text of an area with the names it puts in: "field.optional" -> "", "pager.range" -> "from to total". */
function texts(locale: string, area: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (node: unknown, path: string) => {
    if (typeof node === 'string') {
      const names = [...node.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name!);
      found.set(path, [...new Set(names)].sort().join(' '));
    } else
      for (const [key, value] of Object.entries(node as object)) walk(value, path ? `${path}.${key}` : key);
  };
  walk(JSON.parse(readFileSync(new URL(`${locale}/${area}`, root), 'utf8')), '');
  return found;
}

describe('texts', () => {
  it('exist in both languages for every area', () => {
    expect(areasOf('ru')).toEqual(areasOf('en'));
    expect(areasOf('en').length).toBeGreaterThan(1);
  });

  it.each(areasOf('en'))('%s has the same texts in both', (area) => {
    expect([...texts('ru', area).keys()].sort()).toEqual([...texts('en', area).keys()].sort());
  });

  it.each(areasOf('en'))('%s puts nothing in that the other language does not know', (area) => {
    const english = texts('en', area);
    const strange = [...texts('ru', area)].flatMap(([key, names]) =>
      names
        .split(' ')
        .filter((name) => name && !english.get(key)?.split(' ').includes(name))
        .map((name) => `${key}: ${name}`),
    );
    expect(strange).toEqual([]);
  });
});
