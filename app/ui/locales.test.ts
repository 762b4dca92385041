import { describe, expect, it } from 'vitest';
import { chooseLocale } from './locales.ts';

describe('the language of a page', () => {
  it('is what the reader chose', () => {
    expect(chooseLocale('ru', 'en-GB,en;q=0.9')).toBe('ru');
    expect(chooseLocale('en', 'ru')).toBe('en');
  });

  it('follows the browser when nothing was chosen, whichever of ours it names first', () => {
    expect(chooseLocale(undefined, 'ru-RU,ru;q=0.9,en;q=0.8')).toBe('ru');
    expect(chooseLocale(undefined, 'en-US,en;q=0.9,ru;q=0.8')).toBe('en');
    expect(chooseLocale(undefined, 'de-DE,de;q=0.9,ru;q=0.8')).toBe('ru');
  });

  it('is English for everybody else, and for nonsense', () => {
    for (const accept of [null, '', 'de', 'uk', '*', 'x-ruen'])
      expect(chooseLocale(undefined, accept)).toBe('en');
    expect(chooseLocale('fr', null)).toBe('en');
  });
});
