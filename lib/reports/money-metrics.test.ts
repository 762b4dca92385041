import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { discrepancies } from '#db/schema/billing.ts';
import { as, dbTest } from '#lib/kernel/testing.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { keepVerification, postings, postTransaction } from '#lib/ledger/index.ts';
import { metricsText, moneyMetrics } from './money-metrics.ts';

describe('metrics of the money', () => {
  dbTest('say what stands in the books, and nothing of the betting', async ({ ctx }) => {
    const order = { orderId: randomUUID(), clientId: randomUUID(), costCents: 100n, occurredAt: ctx.now };
    await transaction(ctx, (tx) => postTransaction(tx, postings.order_charged(order)));
    const seen = { purpose: 'charge' as const, day: '2026-03-01', kind: 'theirs_only' as const };
    await ctx.db.insert(discrepancies).values({ key: 'k', ...seen, foundAt: ctx.now });
    const problem = { code: 'changed', params: {} };
    await keepVerification(ctx, { id: randomUUID(), books: [], ordersCount: 1, problems: [problem] });
    const text = metricsText(await moneyMetrics(ctx));
    expect(text).toContain('\nmcf_ledger_sum_cents{book="clients"} 0\n');
    expect(text).toContain('\nmcf_ledger_entries_last_minute{book="clients"} ');
    expect(text).toContain('\nmcf_discrepancies_open 1\n');
    expect(text).toContain('\nmcf_movements_parked 0\n');
    expect(text).toContain('\nmcf_verification_problems 1\n');
    expect(text).not.toContain('betting');
  });

  dbTest('are for the system only', async ({ ctx }) => {
    await expect(moneyMetrics(as(ctx, 'manager'))).rejects.toMatchObject({ code: 'not_allowed' });
  });

  test('leave out what has no value', () => {
    expect(metricsText([{ name: 'a', help: 'b', values: [] }])).toBe('\n');
  });
});
