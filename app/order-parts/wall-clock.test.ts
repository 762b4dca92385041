import { expect, test } from 'vitest';
import { dayBounds, instantOf, wallClockOf } from './wall-clock.ts';

test('a wall-clock time is an instant of the business zone, and back', () => {
  const at = instantOf('2026-11-22T14:30', 'Europe/Berlin')!;
  expect(at.toISOString()).toBe('2026-11-22T13:30:00.000Z');
  expect(wallClockOf(at, 'Europe/Berlin')).toBe('2026-11-22T14:30');
  expect(instantOf('2026-07-01T14:30', 'Europe/Berlin')!.toISOString()).toBe('2026-07-01T12:30:00.000Z');
});

test('what is no time is nothing', () => {
  for (const text of ['', '2026-13-01T00:00', '2026-11-22', 'soon', '2026-11-22T25:00', null])
    expect(instantOf(text, 'Europe/Berlin')).toBeUndefined();
});

test('a day of a clock change has 23 or 25 hours', () => {
  const hours = (day: string) => {
    const { from, to } = dayBounds(day, 'Europe/Berlin')!;
    return (to.getTime() - from.getTime()) / 3_600_000;
  };
  expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-11-22')]).toEqual([23, 25, 24]);
  expect(dayBounds('2026-02-30', 'Europe/Berlin')).toBeUndefined();
});
