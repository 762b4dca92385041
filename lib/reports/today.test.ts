import { expect, test } from 'vitest';
import { attempts, discrepancies } from '#db/schema/billing.ts';
import { as, at, dbTest } from '#lib/kernel/testing.ts';
import { keepVerification } from '#lib/ledger/index.ts';
import { matchOrder, watchMatching } from '#lib/matching/index.ts';
import { dayOf, readAlerts, readToday } from './today.ts';

const hours = ({ from, to }: { from: Date; to: Date }) => (to.getTime() - from.getTime()) / 3600_000;

test('a business day begins at midnight of the zone, and is as long as the clock makes it', () => {
  const summer = dayOf(new Date('2026-07-01T22:30:00Z'), 'Europe/Berlin');
  expect(summer.from.toISOString()).toBe('2026-07-01T22:00:00.000Z');
  expect(hours(summer)).toBe(24);
  expect(hours(dayOf(new Date('2026-03-29T12:00:00Z'), 'Europe/Berlin'))).toBe(23);
  expect(hours(dayOf(new Date('2026-10-25T12:00:00Z'), 'Europe/Berlin'))).toBe(25);
});

dbTest('a quiet day has zeros and no alerts, and is for managers only', async ({ ctx }) => {
  expect(await readToday(as(ctx, 'manager'))).toMatchObject({
    placed: 0,
    earnedCents: 0n,
    active: { placed: 0 },
  });
  expect(await readAlerts(as(ctx, 'manager'))).toEqual([]);
  await expect(readToday(as(ctx, 'client'))).rejects.toMatchObject({ code: 'not_allowed' });
  await expect(readAlerts(as(ctx, 'worker'))).rejects.toMatchObject({ code: 'not_allowed' });
});

dbTest('matching’s own alarms stand among what needs somebody, until they are over', async ({ ctx }) => {
  await matchOrder(ctx, {
    orderId: ctx.newId(),
    startsAt: new Date(ctx.now.getTime() + 3_600_000),
    durationMinutes: 30,
    skills: [],
    excludedWorkerId: null,
  });
  await watchMatching(ctx);
  expect(await readAlerts(as(ctx, 'manager'))).toEqual([
    { kind: 'pool_empty', subject: '', stepType: null, count: 1 },
  ]);
});

dbTest(
  'money that waits for somebody stands there: parked, not alike, or wrong when last verified',
  async ({ ctx }) => {
    const attempt = (no: number, state: 'parked' | 'unknown') => ({
      id: ctx.newId(),
      purpose: 'charge' as const,
      documentId: ctx.newId(),
      partyId: ctx.newId(),
      attemptNo: 1,
      key: `charge:${no}`,
      amountCents: 100n,
      target: 't',
      targetLabel: 'Card',
      state,
      createdAt: ctx.now,
    });
    await ctx.db.insert(attempts).values([attempt(1, 'parked'), attempt(2, 'parked'), attempt(3, 'unknown')]);
    const found = { purpose: 'charge', day: '2026-03-01', kind: 'differs', foundAt: ctx.now } as const;
    await ctx.db.insert(discrepancies).values([
      { ...found, key: 'a' },
      { ...found, key: 'b', resolvedAt: ctx.now },
    ]);
    const keep = (now: string, problems: { code: string; params: Record<string, string> }[]) =>
      keepVerification(at(ctx, now), { id: ctx.newId(), books: [], ordersCount: 0, problems });
    await keep('2026-03-02T09:00:00Z', [{ code: 'unbalanced', params: {} }]);
    const manager = as(ctx, 'manager');
    expect(await readAlerts(manager)).toEqual([
      { kind: 'books_wrong', count: 1 },
      { kind: 'money_parked', count: 2 },
      { kind: 'discrepancies', count: 1 },
    ]);
    await keep('2026-03-02T10:00:00Z', []);
    expect((await readAlerts(manager)).map(({ kind }) => kind)).toEqual(['money_parked', 'discrepancies']);
  },
);
