import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../globals.css', import.meta.url), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name!, { light: light!, dark: dark! }] as const,
  ),
);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

const grounds = ['paper', 'surface', 'sunken'];
const text: [string, string[]][] = [
  ['ink', [...grounds, 'accent-soft', 'good-soft', 'bad-soft', 'info-soft']],
  ['ink-2', [...grounds, 'accent-soft', 'good-soft', 'bad-soft', 'info-soft']],
  ['ink-3', grounds],
  ['accent-ink', [...grounds, 'accent-soft']],
  ['on-accent', ['accent', 'accent-hover']],
  ['good', [...grounds, 'good-soft']],
  ['bad', [...grounds, 'bad-soft']],
  ['info', [...grounds, 'info-soft']],
  ['on-bad', ['bad-solid']],
  ['paper', ['ink']],
];
const outlines: [string, string[]][] = [
  ['edge', grounds],
  ['focus', [...grounds, 'accent-soft']],
];

describe('colours', () => {
  it('are all read from the stylesheet', () => {
    expect(tokens.size).toBeGreaterThan(20);
    const named = [...text, ...outlines].flatMap(([fore, backs]) => [fore, ...backs]);
    expect(named.filter((name) => !tokens.has(name))).toEqual([]);
  });

  describe.each(['light', 'dark'] as const)('%s', (theme) => {
    const of = (name: string) => tokens.get(name)![theme];
    it.each(text)('text in %s reads at 4.5 : 1 (WCAG AA)', (fore, backs) => {
      for (const back of backs)
        expect(contrast(of(fore), of(back)), `${fore} on ${back}`).toBeGreaterThanOrEqual(4.5);
    });
    it.each(outlines)('%s is seen at 3 : 1', (fore, backs) => {
      for (const back of backs)
        expect(contrast(of(fore), of(back)), `${fore} on ${back}`).toBeGreaterThanOrEqual(3);
    });
  });
});
