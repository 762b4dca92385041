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

describe('a clock that ticks each hour and is sometimes off [US-220][US-230]', () => {
  const zonesOfChange = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  ] as const;
  const hour = 3_600_000;
  const lengths = { week: 7 * 24, month: 31 * 24 };

  /** What was closed, and when, by a machine that is off between `offAt` and `onAt`. */
  function closes(
    kind: 'week' | 'month',
    zone: string,
    { begin, end, offAt, onAt }: { begin: number; end: number; offAt: number; onAt: number },
  ) {
    const closed = new Set<string>();
    const made: { period: string; at: number; from: Date; to: Date }[] = [];
    for (let tick = begin; tick <= end; tick += hour) {
      if (tick >= offAt && tick < onAt) continue;
      const now = new Date(tick);
      for (const { period, from, to } of duePeriods(kind, {
        now,
        zone,
        firstEntryAt: new Date(begin),
        closed,
      })) {
        closed.add(period);
        made.push({ period, at: tick, from, to });
      }
    }
    return made;
  }

  function expectNoneMissedOrDoubled(
    kind: 'week' | 'month',
    zone: string,
    span: { begin: number; end: number; offAt: number; onAt: number },
  ) {
    const made = closes(kind, zone, span);
    expect(new Set(made.map(({ period }) => period)).size).toBe(made.length);
    for (const [i, { at, from, to }] of made.entries()) {
      // One begins where the one before has ended; the first has the first entry in it, the last has just ended.
      expect(from.getTime()).toBe(i ? made[i - 1]!.to.getTime() : from.getTime());
      const isLate = to.getTime() > span.offAt - hour && to.getTime() <= span.onAt;
      const latest = (isLate ? span.onAt : to.getTime()) + hour;
      expect(at >= to.getTime() && at <= latest, `${zone} ${to.toISOString()}`).toBe(true);
    }
    if (made.length) expect(made[0]!.from.getTime()).toBeLessThanOrEqual(span.begin);
    const next = made.length
      ? periodAt(kind, made.at(-1)!.to, zone)
      : periodAt(kind, new Date(span.begin), zone);
    expect(next.to.getTime()).toBeGreaterThan(span.end - hour);
    return made;
  }

  test.each([
    ['Europe/Berlin', '2026-03-01', '2026-04-20'],
    ['Europe/Berlin', '2026-10-01', '2026-11-20'],
    ['America/New_York', '2026-02-20', '2026-03-31'],
    ['America/New_York', '2026-10-15', '2026-11-30'],
    ['Australia/Lord_Howe', '2026-03-15', '2026-04-30'],
    ['Australia/Lord_Howe', '2026-09-15', '2026-11-01'],
    ['Asia/Kathmandu', '2028-02-10', '2028-03-20'],
  ])(
    'misses and doubles nothing around the change of clocks, on or three weeks off: %s from %s',
    (zone, from, to) => {
      const begin = Date.parse(`${from}T05:00:00Z`);
      const end = Date.parse(`${to}T05:00:00Z`);
      for (const kind of ['week', 'month'] as const) {
        const on = expectNoneMissedOrDoubled(kind, zone, { begin, end, offAt: end + hour, onAt: end + hour });
        for (const day of [3, 9]) {
          const offAt = begin + day * 24 * hour;
          const off = expectNoneMissedOrDoubled(kind, zone, {
            begin,
            end,
            offAt,
            onAt: offAt + 21 * 24 * hour,
          });
          expect(off.map(({ period }) => period)).toEqual(on.map(({ period }) => period));
        }
      }
    },
  );

  test.each(zonesOfChange)('February of a leap year ends on its 29th, and March begins there: %s', (zone) => {
    const february = mustBe(periodNamed('month', '2028-02', zone));
    const local = (at: Date) => at.toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16);
    expect([local(february.from), local(february.to)]).toEqual(['2028-01-31 18:00', '2028-02-29 18:00']);
    expect(periodAt('month', february.to, zone).period).toBe('2028-03');
    expect(periodAt('month', new Date(february.to.getTime() - 1), zone).period).toBe('2028-02');
  });

  test('misses and doubles nothing whenever it begins, in whatever zone, however long it is off', () => {
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom(...zonesOfChange),
        fc.constantFrom('week' as const, 'month' as const),
        fc.nat(40 * 24),
        fc.nat(30 * 24),
        (first, zone, kind, offAfter, offFor) => {
          const begin = Math.ceil(first.getTime() / hour) * hour;
          const offAt = begin + offAfter * hour;
          const span = { begin, end: begin + 2 * lengths[kind] * hour, offAt, onAt: offAt + offFor * hour };
          // The machine is on again before the look ends.
          expectNoneMissedOrDoubled(kind, zone, { ...span, end: Math.max(span.end, span.onAt + hour) });
        },
      ),
      { numRuns: 8 },
    );
  });
});
