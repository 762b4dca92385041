import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '#db/client.ts';
import { attempts, invoices, items, statements } from '#db/schema/billing.ts';
import {
  giveBonus,
  grantRefund,
  payInvoice,
  readInvoice,
  refundRequested,
  requestClose,
  retryPayout,
  retryRefund,
} from '#lib/billing/index.ts';
import { startPartners } from '#lib/billing/testing.ts';
import { type Ctx, uuidv7 } from '#lib/kernel/ctx.ts';
import { account, as, at, emitted, freshDatabase, runPolicy, testCtx } from '#lib/kernel/testing.ts';
import {
  accountId,
  balanceOf,
  latestVerifications,
  requestVerification,
  verificationRequested,
} from '#lib/ledger/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { closeMonth } from './close-month.ts';
import { closeWeek } from './close-week.ts';
import { openPayoutAccountPolicy } from './open-payout-account.ts';
import { payStatement } from './pay-statement.ts';
import { postEndedOrderPolicy } from './post-ended-order.ts';
import { receiveGatewayNotice } from './receive-gateway-notice.ts';
import { receiveGoldenHatNotice } from './receive-golden-hat-notice.ts';
import { sealLedger } from './seal-ledger.ts';
import { sendRefundPolicy } from './send-refund.ts';
import { verifyMoneyNightly } from './verify-money-nightly.ts';
import { verifyMoneyOnRequest } from './verify-money-on-request.ts';

let folder: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let partners: Awaited<ReturnType<typeof startPartners>>;
let ctx: Ctx;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcf-ledger-'));
  process.env.FILES_DIR = folder;
  [database, partners] = await Promise.all([freshDatabase(), startPartners()]);
  ctx = { ...testCtx(database.db), newId: () => uuidv7(new Date()) };
});
afterAll(async () => {
  await partners.stop();
  await database.close();
  await rm(folder, { recursive: true });
});

const afterSunday = '2026-03-08T17:01:00Z';

/** An order that ended, as ordering keeps it and as the books get it. */
async function ended({
  outcome = 'completed' as 'completed' | 'failed' | 'cancelled',
  clientId = randomUUID() as string,
  costCents = 10_000n,
  endedAt = '2026-03-04T12:00:00Z',
} = {}) {
  const orderId = randomUUID();
  const workerId = randomUUID();
  const requestNumber = `R-${orderId.slice(0, 8)}`;
  const serviceName = { en: 'Knocking glasses', ru: 'Сбросить стаканы' };
  await database.sql`
    insert into ordering.orders (id, request_number, client_id, client_name, request_key, service_type_id,
      service_version_id, service_name, duration_minutes, skills, kit, what, place, contact, starts_at, state, match_id,
      worker_id, worker_name, cost_cents, discount_percent, price_cents, placed_at, ended_at, failure_cause)
    values (${orderId}, ${requestNumber}, ${clientId}, 'Murka', ${orderId}, ${randomUUID()}, ${randomUUID()},
      ${JSON.stringify(serviceName)}::text::jsonb, 30, '[]', '[]', 'x', 'x', 'x', ${endedAt}, ${outcome}, ${randomUUID()},
      ${workerId}, 'Vasya', ${costCents.toString()}, 0, ${costCents.toString()}, ${endedAt}, ${endedAt},
      ${outcome === 'failed' ? 'worker_no_show' : null})`;
  const money = { costCents: costCents.toString(), priceCents: costCents.toString() };
  const cause = outcome === 'failed' ? { cause: 'worker_no_show' } : {};
  const data = {
    orderId,
    clientId,
    workerId,
    requestNumber,
    serviceName,
    ...money,
    endedAt,
    reason: null,
    ...cause,
  };
  await runPolicy(postEndedOrderPolicy, ctx, { ...data, endedBy: { kind: 'system', id: 'test' } } as never, {
    eventName: `ordering/order.${outcome}`,
  });
  return { orderId, clientId, workerId };
}

async function closedWeek(clientId: string, period: string, now: string) {
  await requestClose(at(ctx, now), { kind: 'week', period });
  await runPolicy(closeWeek, at(ctx, now), { periodEnd: period });
  const [invoice] = await ctx.db
    .select()
    .from(invoices)
    .where(and(eq(invoices.clientId, clientId), eq(invoices.period, period)));
  return invoice!;
}

describe('a charge that succeeds late, after another try was paid', () => {
  test('is posted once as paid twice, and goes back; if that way is closed, the next invoice gives it back', async () => {
    const { clientId } = await ended();
    const close = (period: string, now: string) => closedWeek(clientId, period, now);
    const first = await close('2026-03-08', afterSunday);
    partners.behave('says_failed_then_succeeded');
    const now = at(ctx, afterSunday);
    const charge = { invoiceId: first.id, clientId, amountCents: first.amountCents.toString() };
    await runPolicy(chargeInvoice, now, charge);
    const me = as(now, { ...account('client'), id: clientId } as never);
    await payInvoice(me, { invoiceId: first.id });
    await runPolicy(chargeInvoice, now, { ...charge, attemptNo: 2 } as never);
    expect(
      await ctx.db.$count(attempts, and(eq(attempts.documentId, first.id), eq(attempts.state, 'succeeded'))),
    ).toBe(1);
    const key = `charge:${first.id}:1`;
    partners.decide(key, 'succeeded');
    const notice = {
      deliveryId: 'd',
      type: 'x',
      data: { id: 'x', idempotencyKey: key, status: 'succeeded' },
    };
    for (let i = 0; i < 2; i++) await runPolicy(receiveGatewayNotice, now, notice as never);
    expect(await balanceOf(ctx, accountId('clients', 'receivable', clientId))).toBe(0n);
    expect(await ctx.db.select().from(items).where(eq(items.kind, 'charge_succeeded_again'))).toMatchObject([
      { amountCents: -10_000n, documentId: null },
    ]);
    expect((await verifyMoney(now)).problems).toEqual([]);
    partners.behave('fails');
    const [back] = await emitted(ctx, refundRequested);
    await runPolicy(sendRefundPolicy, now, back as never);
    expect(await balanceOf(ctx, accountId('clients', 'receivable', clientId))).toBe(-10_000n);
    await ended({ clientId, costCents: 25_000n, endedAt: '2026-03-10T12:00:00Z' });
    expect(await close('2026-03-15', '2026-03-15T17:01:00Z')).toMatchObject({ amountCents: 15_000n });
    expect((await verifyMoney(at(ctx, '2026-03-16T00:00:00Z'))).problems).toEqual([]);
  });
});

test('a refund lowers the next invoice, once, and is never more than was paid', async () => {
  const { clientId } = await ended();
  const invoice = await closedWeek(clientId, '2026-03-08', afterSunday);
  const biller = at(as(ctx, 'billing'), '2026-03-09T09:00:00Z');
  const refund = {
    refundId: randomUUID(),
    invoiceId: invoice.id,
    amount: '60',
    reason: 'The glass was plastic',
  };
  await expect(grantRefund(biller, refund)).rejects.toMatchObject({ code: 'billing.not_refundable' });
  await runPolicy(chargeInvoice, at(ctx, afterSunday), {
    invoiceId: invoice.id,
    clientId,
    amountCents: invoice.amountCents.toString(),
  });
  await Promise.all([grantRefund(biller, refund), grantRefund(biller, refund)]);
  expect((await readInvoice(biller, invoice.id)).leftCents).toBe(4_000n);
  // The answer was lost: the form comes again under its id, and what it says differently is not taken for recorded.
  await grantRefund(at(biller, '2026-03-09T10:00:00Z'), refund);
  for (const other of [{ amount: '50' }, { reason: 'Another reason' }, { way: 'back' }])
    await expect(grantRefund(biller, { ...refund, ...other })).rejects.toMatchObject({
      code: 'billing.recorded_otherwise',
    });
  const more = { ...refund, refundId: randomUUID() };
  await expect(grantRefund(biller, { ...more, amount: '40,01' })).rejects.toMatchObject({
    code: 'billing.not_refundable',
    params: { left: 40 },
  });
  await expect(grantRefund(as(ctx, 'manager'), more)).rejects.toMatchObject({ code: 'not_allowed' });
  expect(await balanceOf(ctx, accountId('clients', 'receivable', clientId))).toBe(-6_000n);
  await ended({ clientId, endedAt: '2026-03-10T12:00:00Z' });
  expect(await closedWeek(clientId, '2026-03-15', '2026-03-15T17:01:00Z')).toMatchObject({
    amountCents: 4_000n,
  });
  const back = { ...refund, refundId: randomUUID(), amount: '40', way: 'back' };
  await grantRefund(biller, back);
  expect((await verifyMoney(at(ctx, '2026-03-16T00:00:00Z'))).problems).toEqual([]);
  partners.behave('fails', 'succeeds');
  for (const no of [1, 2]) {
    if (no === 2) await retryRefund(biller, { refundId: back.refundId });
    const [asked] = (await emitted(ctx, refundRequested)).filter((data) => data.refundId === back.refundId);
    await runPolicy(sendRefundPolicy, biller, asked as never);
    expect((await verifyMoney(at(ctx, '2026-03-16T00:00:00Z'))).problems).toEqual([]);
  }
  expect(partners.movedCents(`refund:${back.refundId}`)).toBe(4_000n);
  expect((await verifyMoney(at(ctx, '2026-03-16T00:00:00Z'))).problems).toEqual([]);
});

describe('a payout that arrives late, after another try had arrived', () => {
  test('is posted once as paid out twice, and the next statement takes it back', async () => {
    const { workerId } = await ended({ endedAt: '2026-03-05T12:00:00Z' });
    await runPolicy(openPayoutAccountPolicy, ctx, {
      accountId: workerId,
      name: 'Vasya',
      characteristics: {},
    });
    const close = async (month: string, now: string) => {
      await requestClose(at(ctx, now), { kind: 'month', period: month });
      await runPolicy(closeMonth, at(ctx, now), { month });
      const [statement] = await ctx.db
        .select()
        .from(statements)
        .where(and(eq(statements.workerId, workerId), eq(statements.period, month)));
      return statement!;
    };
    const first = await close('2026-03', '2026-03-31T16:01:00Z');
    partners.behave('says_failed_then_succeeded');
    const now = at(ctx, '2026-03-31T16:01:00Z');
    const payout = { statementId: first.id, workerId, amountCents: first.amountCents.toString() };
    await runPolicy(payStatement, now, payout);
    await retryPayout(as(now, 'billing'), { statementId: first.id });
    await runPolicy(payStatement, now, { ...payout, attemptNo: 2 } as never);
    const key = `payout:${first.id}:1`;
    partners.decide(key, 'succeeded');
    const notice = {
      deliveryId: 'd',
      type: 'x',
      data: { id: 'x', idempotencyKey: key, status: 'succeeded' },
    };
    for (let i = 0; i < 2; i++) await runPolicy(receiveGoldenHatNotice, now, notice as never);
    expect(await balanceOf(ctx, accountId('people', 'payable', workerId))).toBe(6_000n);
    expect(await close('2026-04', '2026-04-30T16:01:00Z')).toMatchObject({
      amountCents: -6_000n,
      state: 'carried_over',
    });
    expect((await verifyMoney(at(ctx, '2026-05-01T00:00:00Z'))).problems).toEqual([]);
    // One of the two comes back: what was taken is given again.
    partners.decide(key, 'returned');
    for (let i = 0; i < 2; i++)
      await runPolicy(receiveGoldenHatNotice, at(ctx, '2026-05-02T00:00:00Z'), notice as never);
    expect(await balanceOf(ctx, accountId('people', 'payable', workerId))).toBe(0n);
    expect((await verifyMoney(at(ctx, '2026-05-02T00:00:00Z'))).problems).toEqual([]);
  });

  test('while the other is under way is taken back too, and both can be read in the books', async () => {
    const { workerId } = await ended({ endedAt: '2026-03-05T12:00:00Z' });
    await runPolicy(openPayoutAccountPolicy, ctx, {
      accountId: workerId,
      name: 'Vasya',
      characteristics: {},
    });
    const now = at(ctx, '2026-07-31T16:01:00Z');
    await requestClose(now, { kind: 'month', period: '2026-07' });
    await runPolicy(closeMonth, now, { month: '2026-07' });
    const [statement] = await ctx.db.select().from(statements).where(eq(statements.workerId, workerId));
    const { id: statementId, amountCents } = statement!;
    const payout = { statementId, workerId, amountCents: amountCents.toString() };
    partners.behave('says_failed_then_succeeded', 'pends');
    await runPolicy(payStatement, now, payout);
    await retryPayout(as(now, 'billing'), { statementId });
    await runPolicy(payStatement, now, { ...payout, attemptNo: 2 } as never);
    for (const no of [1, 2]) {
      const key = `payout:${statementId}:${no}`;
      partners.decide(key, 'succeeded');
      const data = { id: 'x', idempotencyKey: key, status: 'succeeded' };
      await runPolicy(receiveGoldenHatNotice, now, { deliveryId: key, type: 'x', data } as never);
      expect((await verifyMoney(now)).problems).toEqual([]);
    }
    expect(await balanceOf(ctx, accountId('people', 'payable', workerId))).toBe(amountCents);
  });
});

describe('verification', () => {
  test('finds nothing wrong with orders, bonuses and payments, and keeps what it found', async () => {
    const { workerId } = await ended({ outcome: 'failed' });
    await ended({ outcome: 'cancelled' });
    await runPolicy(openPayoutAccountPolicy, ctx, {
      accountId: workerId,
      name: 'Vasya',
      characteristics: {},
    });
    await giveBonus(as(ctx, 'manager'), { bonusId: randomUUID(), workerId, amount: '12', reason: 'Because' });
    await runPolicy(sealLedger, ctx, {});
    await runPolicy(sealLedger, ctx, {});
    await runPolicy(verifyMoneyNightly, ctx, {});
    const manager = as(ctx, 'manager');
    await requestVerification(manager);
    for (const data of await emitted(ctx, verificationRequested)) {
      const requested = { ...data, requestedById: manager.actor.id } as never;
      await runPolicy(verifyMoneyOnRequest, at(ctx, '2026-03-02T10:00:00Z'), requested);
    }
    const kept = await latestVerifications(manager);
    expect(kept).toMatchObject([
      { actorKind: 'account', actorId: manager.actor.id, report: { problems: [], problemsCount: 0 } },
      { actorKind: 'system', report: { problems: [], books: [{ book: 'clients' }, { book: 'people' }] } },
    ]);
    expect(kept[0]!.report.books[0]!.sealedCount).toBeGreaterThan(3);
    await expect(requestVerification(as(ctx, 'client'))).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(latestVerifications(as(ctx, 'worker'))).rejects.toMatchObject({ code: 'not_allowed' });
  });

  test.each([
    [
      'an order that was not billed',
      'delete from billing.billed_orders',
      ['order_not_billed', 'posting_wrong'],
    ],
    ['an order that is not there', 'delete from ordering.orders', ['billed_without_order']],
    [
      'an order at another price',
      'update ordering.orders set cost_cents = cost_cents + 1',
      ['billed_differs'],
    ],
    [
      'what was billed',
      'update billing.billed_orders set price_cents = cost_cents - 1',
      ['billed_differs', 'posting_wrong'],
    ],
    [
      'a line of a document',
      'update billing.items set amount_cents = amount_cents + 1',
      ['item_wrong', 'document_sum'],
    ],
    [
      'the sum of an invoice',
      'update billing.invoices set amount_cents = amount_cents + 1',
      ['document_sum'],
    ],
    [
      'an invoice taken away',
      'delete from billing.invoices where number = 1',
      ['invoice_number_missing', 'document_sum'],
    ],
    ['a charge taken away', 'delete from billing.attempts', ['charge_wrong']],
    [
      'an invoice that calls itself unpaid',
      `update billing.invoices set state = 'issued'`,
      ['invoice_paid_wrong'],
    ],
    [
      'a debt that a statement made up, and what it paid too little for it',
      `update billing.statements set amount_cents = amount_cents - 1, carried_cents = carried_cents - 1 where state = 'paid'`,
      ['statement_carried_wrong', 'attempt_wrong'],
    ],
    [
      'a statement that calls itself unpaid',
      `update billing.statements set state = 'issued' where state = 'paid'`,
      ['statement_paid_wrong'],
    ],
    [
      'a try for somebody else',
      `update billing.attempts set party_id = gen_random_uuid() where purpose = 'payout'`,
      ['attempt_wrong'],
    ],
  ])('tells of %s', async (_, change, codes) => {
    expect((await verifyMoney(ctx)).problems).toEqual([]);
    const superuser = connect(database.adminUrl, { maxConnections: 1 });
    const untouched = new Error('rolled back');
    const work = superuser.db.transaction(async (db) => {
      for (const table of [
        'ordering.orders',
        'billing.billed_orders',
        'billing.items',
        'billing.invoices',
        'billing.statements',
        'billing.attempts',
      ])
        await db.execute(sql.raw(`alter table ${table} disable trigger all`));
      await db.execute(sql.raw(change));
      const found = (await verifyMoney({ ...at(ctx, '2026-04-01T00:00:00Z'), db })).problems.map(
        ({ code }) => code,
      );
      expect(found).toEqual(expect.arrayContaining(codes));
      throw untouched;
    });
    await expect(work).rejects.toBe(untouched);
    await superuser.close();
  });
});
