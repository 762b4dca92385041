import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareMovement, dayNamed, dueDays, type Ours, type Theirs } from './reconcile.rules.ts';

const state = fc.constantFrom(
  'asking',
  'unknown',
  'pending',
  'parked',
  'succeeded',
  'failed',
  'returned' as const,
);
const status = fc.constantFrom('pending', 'succeeded', 'failed', 'returned' as const);
const amountCents = fc.bigInt({ min: 1n, max: 3n });

describe('a movement of money as we and the partner see it', () => {
  const ours = (of: Ours['state'], cents = 500n): Ours => ({ state: of, amountCents: cents });
  const theirs = (of: Theirs['status'], cents = 500n): Theirs => ({ status: of, amountCents: cents });

  test.each([
    ['succeeded on both sides', ours('succeeded'), theirs('succeeded'), 'matched'],
    ['failed on both sides', ours('failed'), theirs('failed'), 'matched'],
    ['failed here, unknown there', ours('failed'), null, 'matched'],
    ['succeeded here, unknown there', ours('succeeded'), null, 'ours_only'],
    ['pending here, unknown there', ours('pending'), null, 'ours_only'],
    ['never answered, unknown there', ours('unknown'), null, 'open'],
    ['unknown here', null, theirs('succeeded'), 'theirs_only'],
    ['over another amount', ours('succeeded'), theirs('succeeded', 501n), 'differs'],
    ['failed here, succeeded there', ours('failed'), theirs('succeeded'), 'differs'],
    ['succeeded here, failed there', ours('succeeded'), theirs('failed'), 'differs'],
    ['returned on both sides', ours('returned'), theirs('returned'), 'matched'],
    ['failed here, arrived and returned there', ours('failed'), theirs('returned'), 'matched'],
    ['succeeded here, returned there', ours('succeeded'), theirs('returned'), 'differs'],
    ['returned here, succeeded there', ours('returned'), theirs('succeeded'), 'differs'],
    ['parked here, succeeded there', ours('parked'), theirs('succeeded'), 'open'],
  ] as const)('%s', (_, mine, other, expected) => {
    expect(compareMovement(mine, other)).toBe(expected);
  });

  test('matches only when the same money moved on both sides', () => {
    fc.assert(
      fc.property(
        fc.option(fc.record({ state, amountCents })),
        fc.option(fc.record({ status, amountCents })),
        (mine, other) => {
          const moved = (of: boolean | undefined, cents = 0n) => (of ? cents : 0n);
          if (compareMovement(mine, other) !== 'matched') return;
          expect(moved(mine?.state === 'succeeded', mine?.amountCents)).toBe(
            moved(other?.status === 'succeeded', other?.amountCents),
          );
        },
      ),
    );
  });
});

describe('the days to compare', () => {
  const zone = 'Europe/Berlin';

  test('are those that are over, without a gap, also after a machine was off for three weeks', () => {
    const days = dueDays({
      now: new Date('2026-04-10T08:00:00Z'),
      zone,
      lastDay: '2026-03-19',
      firstTryAt: null,
    });
    expect(days.map(({ day }) => day)).toHaveLength(21);
    expect(days[0]!.day).toBe('2026-03-20');
    expect(days.at(-1)!.day).toBe('2026-04-09');
    for (const [i, day] of days.entries()) if (i) expect(day.from).toEqual(days[i - 1]!.to);
    // The clocks went forward on the 29th.
    const short = days.find(({ day }) => day === '2026-03-29')!;
    expect(short.to.getTime() - short.from.getTime()).toBe(23 * 3_600_000);
  });

  test('begin with the day of the first try, and leave an hour for late answers', () => {
    const firstTryAt = new Date('2026-03-08T17:01:00Z');
    const at = (now: string) =>
      dueDays({ now: new Date(now), zone, lastDay: null, firstTryAt }).map(({ day }) => day);
    expect(at('2026-03-08T23:59:00Z')).toEqual([]);
    expect(at('2026-03-09T00:00:00Z')).toEqual(['2026-03-08']);
    expect(dueDays({ now: new Date(), zone, lastDay: null, firstTryAt: null })).toEqual([]);
  });

  test('cover every instant once, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu'),
        fc.integer({ min: 1, max: 360 }),
        (of, n) => {
          const date = new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);
          const next = new Date(Date.UTC(2026, 0, n + 1)).toISOString().slice(0, 10);
          expect(dayNamed(date, of).to).toEqual(dayNamed(next, of).from);
        },
      ),
    );
  });
});
