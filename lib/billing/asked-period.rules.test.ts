import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { askedPeriod } from './asked-period.rules.ts';
import { periodAt } from './periods.rules.ts';

const zone = 'Europe/Berlin';
const period = (from: string | undefined, to: string | undefined, where = zone) => {
  const ruling = askedPeriod({ from, to }, where);
  return ruling.ok ? [ruling.value.from?.toISOString(), ruling.value.to?.toISOString()] : ruling.refusal.code;
};

test('a period is its first and its last day, both whole, in the zone', () => {
  expect(period('2026-11-01', '2026-11-30')).toEqual([
    '2026-10-31T23:00:00.000Z',
    '2026-11-30T23:00:00.000Z',
  ]);
  expect(period('2026-11-21', '2026-11-21')).toEqual([
    '2026-11-20T23:00:00.000Z',
    '2026-11-21T23:00:00.000Z',
  ]);
});

test('a day on which the clocks change is whole: 23 hours, and 25', () => {
  expect(period('2026-03-29', '2026-03-29')).toEqual([
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
  ]);
  expect(period('2026-10-25', '2026-10-25')).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ]);
  // There is no midnight in Beirut on this day: it begins at one o'clock.
  expect(period('2026-03-29', undefined, 'Asia/Beirut')).toEqual(['2026-03-28T22:00:00.000Z', undefined]);
});

test('either side may be open, and instants are taken as they are', () => {
  expect(period(undefined, undefined)).toEqual([undefined, undefined]);
  expect(period('', '2026-11-30')).toEqual([undefined, '2026-11-30T23:00:00.000Z']);
  expect(period('2026-11-15T17:00:00.000Z', '2026-11-22T17:00Z')).toEqual([
    '2026-11-15T17:00:00.000Z',
    '2026-11-22T17:00:00.000Z',
  ]);
});

test.each([
  ['2026-11-30', '2026-11-01'],
  ['2026-02-30', undefined],
  [undefined, '2026-13-01'],
  ['yesterday', undefined],
  ['2026-11-22T17:00Z', '2026-11-22T17:00Z'],
  ['2026-11-22T25:00Z', undefined],
  ['9999-01-01', undefined],
])('from %s to %s is refused', (from, to) => {
  expect(period(from, to)).toBe('billing.not_a_period');
});

test('periods of days that follow one another leave no instant out and take none twice', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Europe/Berlin', 'Asia/Beirut', 'America/St_Johns', 'UTC'),
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 40 }),
      (where, day, length) => {
        const first = Temporal.PlainDate.from('2026-01-01').add({ days: day % 2000 });
        const last = first.add({ days: length });
        const [, end] = period(first.toString(), last.toString(), where);
        expect(period(last.add({ days: 1 }).toString(), undefined, where)).toEqual([end, undefined]);
      },
    ),
  );
});

test('the link of a week is exactly that week', () => {
  const week = periodAt('week', new Date('2026-10-25T12:00:00Z'), zone);
  expect(period(week.from.toISOString(), week.to.toISOString())).toEqual([
    week.from.toISOString(),
    week.to.toISOString(),
  ]);
});
