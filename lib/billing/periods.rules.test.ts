import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mustBe } from '#lib/kernel/refused.ts';
import { duePeriods, periodAfter, periodAt, periodNamed } from './periods.rules.ts';

const hours = (p: { from: Date; to: Date }) => (p.to.getTime() - p.from.getTime()) / 3_600_000;
const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'];

describe('a week ends on its Sunday at 18:00 of the zone [US-220]', () => {
  test.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-22T17:00:00.000Z', '2026-03-29T16:00:00.000Z', 167],
    ['2026-10-25', 'Europe/Berlin', '2026-10-18T16:00:00.000Z', '2026-10-25T17:00:00.000Z', 169],
    ['2026-03-08', 'America/New_York', '2026-03-01T23:00:00.000Z', '2026-03-08T22:00:00.000Z', 167],
    ['2026-11-01', 'America/New_York', '2026-10-25T22:00:00.000Z', '2026-11-01T23:00:00.000Z', 169],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-09-27T07:30:00.000Z', '2026-10-04T07:00:00.000Z', 167.5],
    ['2026-03-15', 'Europe/Berlin', '2026-03-08T17:00:00.000Z', '2026-03-15T17:00:00.000Z', 168],
  ])('%s in %s', (sunday, zone, from, to, length) => {
    const week = mustBe(periodNamed('week', sunday, zone));
    expect([week.from.toISOString(), week.to.toISOString(), hours(week)]).toEqual([from, to, length]);
  });

  test('and nothing else is a week', () => {
    expect(periodNamed('week', '2026-03-09', 'UTC')).toMatchObject({
      refusal: { code: 'billing.not_a_sunday' },
    });
    for (const text of ['2026-02-30', '2026-3-8', '', '2026-03', 'x'.repeat(100)])
      expect(periodNamed('week', text, 'UTC')).toMatchObject({ refusal: { code: 'billing.not_a_week' } });
  });
});

describe('a month ends on its last day at 18:00 of the zone [US-230]', () => {
  test.each([
    ['2028-02', 'UTC', '2028-01-31T18:00:00.000Z', '2028-02-29T18:00:00.000Z'],
    ['2026-03', 'Europe/Berlin', '2026-02-28T17:00:00.000Z', '2026-03-31T16:00:00.000Z'],
    ['2026-12', 'America/New_York', '2026-11-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z'],
  ])('%s in %s', (month, zone, from, to) => {
    const period = mustBe(periodNamed('month', month, zone));
    expect([period.from.toISOString(), period.to.toISOString()]).toEqual([from, to]);
  });

  test('and nothing else is a month', () => {
    for (const text of ['2026-13', '2026-00', '2026', '2026-03-08'])
      expect(periodNamed('month', text, 'UTC').ok).toBe(false);
  });
});

const instants = fc.date({ min: new Date('2024-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });

test('every instant is in exactly one week and one month, and periods follow each other without a gap', () => {
  fc.assert(
    fc.property(
      instants,
      fc.constantFrom(...zones),
      fc.constantFrom('week' as const, 'month' as const),
      (at, zone, kind) => {
        const period = periodAt(kind, at, zone);
        expect(period.from <= at && at < period.to).toBe(true);
        expect(periodAfter(period, zone).from).toEqual(period.to);
        expect(mustBe(periodNamed(kind, period.period, zone))).toEqual(period);
      },
    ),
  );
});

describe('what is due', () => {
  const zone = 'Europe/Berlin';
  const firstEntryAt = new Date('2026-03-02T09:00:00Z');
  const due = (now: string, ...closed: string[]) =>
    duePeriods('week', { now: new Date(now), zone, firstEntryAt, closed: new Set(closed) }).map(
      (p) => p.period,
    );

  test('is nothing until the Sunday has come to its hour', () => {
    expect(due('2026-03-08T16:59:59Z')).toEqual([]);
    expect(due('2026-03-08T17:00:00Z')).toEqual(['2026-03-08']);
  });

  test('is every missed Sunday after three weeks off, oldest first, and closed ones never again', () => {
    expect(due('2026-03-30T09:00:00Z', '2026-03-15')).toEqual(['2026-03-08', '2026-03-22', '2026-03-29']);
  });

  test('is nothing while the books are empty', () => {
    expect(duePeriods('week', { now: new Date(), zone, firstEntryAt: null, closed: new Set() })).toEqual([]);
  });

  test('is bounded', () => {
    expect(due('2036-01-01T00:00:00Z')).toHaveLength(60);
  });
});
