import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { changeSetting } from '#lib/kernel/settings.ts';
import { as, at, dbTest } from '#lib/kernel/testing.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import { issueInvoices } from './issue-invoices.ts';
import { issueStatements } from './issue-statements.ts';
import { requestDueCloses } from './request-due-closes.ts';

const hourMs = 3_600_000;

async function beginIn(ctx: Ctx, zone: string, firstEntryAt: string): Promise<void> {
  await changeSetting(as(ctx, 'manager'), 'time_zone', zone);
  const occurredAt = new Date(firstEntryAt);
  await transaction(ctx, async (tx) => {
    const bonus = { bonusId: randomUUID(), workerId: randomUUID(), amountCents: 100n, occurredAt };
    await postTransaction(tx, postings.bonus_given(bonus));
    const order = { orderId: randomUUID(), clientId: randomUUID(), costCents: 100n, occurredAt };
    await postTransaction(tx, postings.order_charged(order));
  });
}

/** The machine runs from one instant to another: the clock asks every hour, and what it asks for is closed at once. */
async function runFrom(ctx: Ctx, begin: string, end: string): Promise<{ period: string; askedAt: Date }[]> {
  const asked: { period: string; askedAt: Date }[] = [];
  for (let now = Date.parse(begin); now < Date.parse(end); now += hourMs) {
    const tick = at(ctx, new Date(now));
    for (const period of await requestDueCloses(tick)) {
      asked.push({ period, askedAt: tick.now });
      const isMonth = period.length === '2026-03'.length;
      await (isMonth ? issueStatements : issueInvoices)(tick, { period, after: null });
    }
  }
  return asked;
}

const inZone = (instant: Date, zone: string) =>
  new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(instant);

describe('the clock asks for every week and month once', () => {
  dbTest.for([
    // Forward and back: at night, at midnight of the very Sunday, and by half an hour.
    ['Europe/Berlin', '2026-03-24T00:01:00Z', '2026-04-02T00:00:00Z', ['2026-03-29', '2026-03']],
    [
      'Europe/Berlin',
      '2026-10-20T00:01:00Z',
      '2026-11-02T00:00:00Z',
      ['2026-10-25', '2026-10', '2026-11-01'],
    ],
    ['America/Santiago', '2026-03-31T00:01:00Z', '2026-04-07T00:00:00Z', ['2026-03', '2026-04-05']],
    ['America/Santiago', '2026-08-31T00:01:00Z', '2026-09-08T00:00:00Z', ['2026-08', '2026-09-06']],
    ['Australia/Lord_Howe', '2026-03-31T00:01:00Z', '2026-04-07T00:00:00Z', ['2026-03', '2026-04-05']],
    ['Australia/Lord_Howe', '2026-09-29T00:01:00Z', '2026-10-06T00:00:00Z', ['2026-09', '2026-10-04']],
    ['Europe/Berlin', '2028-02-26T00:01:00Z', '2028-03-02T00:00:00Z', ['2028-02-27', '2028-02']],
  ] as const)(
    'in %s from %s to %s, within the hour after 18:00',
    async ([zone, begin, end, periods], { ctx }) => {
      await beginIn(ctx, zone, begin);
      const asked = await runFrom(ctx, begin, end);
      expect(asked.map(({ period }) => period)).toEqual(periods);
      for (const { period, askedAt } of asked) {
        const local = inZone(askedAt, zone);
        expect(local).toMatch(/ 18:\d\d$/);
        if (period.length === 10) expect(local.slice(0, 10)).toBe(period);
        else expect(inZone(new Date(askedAt.getTime() + 24 * hourMs), zone).slice(8, 10)).toBe('01');
      }
    },
  );

  dbTest('after a machine was off for three weeks, oldest first, across the change', async ({ ctx }) => {
    await beginIn(ctx, 'Europe/Berlin', '2026-03-10T00:01:00Z');
    expect(await runFrom(ctx, '2026-03-10T00:01:00Z', '2026-03-16T00:00:00Z')).toMatchObject([
      { period: '2026-03-15' },
    ]);
    const back = '2026-04-06T09:01:00Z';
    const caughtUp = await runFrom(ctx, back, '2026-04-10T00:00:00Z');
    expect(caughtUp).toEqual(
      ['2026-03-22', '2026-03-29', '2026-04-05', '2026-03'].map((period) => ({
        period,
        askedAt: new Date(back),
      })),
    );
    expect(await runFrom(ctx, '2026-04-12T15:01:00Z', '2026-04-12T19:00:00Z')).toMatchObject([
      { period: '2026-04-12', askedAt: new Date('2026-04-12T16:01:00Z') },
    ]);
  });

  dbTest('and for one that stands still again, also when a person had asked for it', async ({ ctx }) => {
    await beginIn(ctx, 'Europe/Berlin', '2026-03-10T00:01:00Z');
    const sunday = '2026-03-15T17:01:00Z';
    expect(await requestDueCloses(at(ctx, sunday))).toEqual(['2026-03-15']);
    // Nobody closes it. Within the hour it is left alone.
    expect(await requestDueCloses(at(ctx, '2026-03-15T17:31:00Z'))).toEqual([]);
    expect(await requestDueCloses(at(ctx, '2026-03-15T18:01:00Z'))).toEqual(['2026-03-15']);
  });
});
