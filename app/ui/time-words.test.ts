import { describe, expect, it } from 'vitest';
import { exactTime, relativeTime } from './time-words.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const at = (iso: string) => new Date(iso);

describe('time on a screen', () => {
  it('is relative in the largest unit that fits', () => {
    expect(relativeTime(at('2026-11-21T12:05:00Z'), now, 'en')).toBe('in 5 minutes');
    expect(relativeTime(at('2026-11-21T10:00:00Z'), now, 'en')).toBe('2 hours ago');
    expect(relativeTime(at('2026-11-20T11:00:00Z'), now, 'ru')).toBe('вчера');
    expect(relativeTime(at('2026-11-21T12:00:30Z'), now, 'en')).toBe('now');
  });

  it('is exact in the zone of the business, with the zone when asked and the year when it is another', () => {
    const options = { now };
    expect(exactTime(at('2026-11-22T21:30:00Z'), 'en', 'Europe/Moscow', options)).toBe('Mon 23 Nov, 00:30');
    expect(exactTime(at('2026-11-22T21:30:00Z'), 'en', 'Europe/Moscow', { ...options, withZone: true })).toBe(
      'Mon 23 Nov, 00:30 (Moscow Time)',
    );
    const inBerlin = (locale: string, more = {}) =>
      exactTime(at('2026-11-22T21:30:00Z'), locale, 'Europe/Berlin', { ...options, withZone: true, ...more });
    expect(inBerlin('en')).toBe('Sun 22 Nov, 22:30 CET');
    expect(inBerlin('ru')).toContain('22:30 (Германия)');
    // In the hour that comes twice only the offset tells which one it is.
    expect(inBerlin('ru', { full: true })).toContain('(Германия, GMT+1)');
    expect(exactTime(at('2026-11-22T21:30:00Z'), 'ru', 'UTC', { ...options, withZone: true })).toContain(
      'UTC',
    );
    expect(exactTime(at('2025-11-22T12:00:00Z'), 'en', 'UTC', { ...options, dayOnly: true })).toContain(
      '2025',
    );
  });
});
