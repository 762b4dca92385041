import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  attempts,
  billedOrders,
  invoices,
  items,
  paymentMethods,
  reconciliations,
  statements,
} from '#db/schema/billing.ts';
import { messages } from '#db/schema/notifications.ts';
import {
  addPaymentMethod,
  allowRequests,
  askAgain,
  attemptParked,
  billingOverview,
  bonusProposed,
  chargeFailed,
  chargeRequested,
  choosePaymentMethod,
  clientPaused,
  compareOpen,
  confirmPayoutChange,
  decideBonus,
  discrepancyFound,
  giveBonus,
  grantRefund,
  invoiceIssued,
  isPaused,
  issueInvoices,
  listBonuses,
  listBonusProposals,
  listDiscrepancies,
  listParked,
  listPauses,
  listReconciliations,
  listRefunds,
  lookAgain,
  loyaltyPercent,
  makePayoutLink,
  methodRequested,
  monthCloseRequested,
  myAccount,
  myMoney,
  myMovements,
  myPauses,
  myPayoutDetails,
  pauseClose,
  payInvoice,
  payoutDoubled,
  payoutFailed,
  payoutRequested,
  payoutReturned,
  penaltyOf,
  readEntries,
  readInvoice,
  readPayoutChange,
  readStatement,
  receivables,
  reconcilePage,
  reconciliationRequested,
  refundFailed,
  refundRequested,
  requestClose,
  requestDueCloses,
  requestPayoutChange,
  resolveDiscrepancy,
  resumeClose,
  retryPayout,
  retryRefund,
  statementIssued,
  waivePenalty,
  weekCloseRequested,
  weeklyFigures,
  writeOffInvoice,
} from '#lib/billing/index.ts';
import { startPartners } from '#lib/billing/testing.ts';
import { createWorkerAccount } from '#lib/identity/index.ts';
import { type Actor, type Ctx, uuidv7 } from '#lib/kernel/ctx.ts';
import { changeSetting } from '#lib/kernel/settings.ts';
import { as, at, emitted, freshDatabase, runPolicy, testCtx } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import { accountId, balanceOf, trialBalance, verifyLedger } from '#lib/ledger/index.ts';
import { orderIn } from '#lib/ordering/testing.ts';
import { askAboutParkedAttempt } from './ask-about-parked-attempt.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { chaseMoney } from './chase-money.ts';
import { closeDuePeriods } from './close-due-periods.ts';
import { closeMonth } from './close-month.ts';
import { closeWeek } from './close-week.ts';
import { mailPayoutLink } from './mail-payout-link.ts';
import { openPaymentMethodPolicy } from './open-payment-method.ts';
import { openPayoutAccountPolicy } from './open-payout-account.ts';
import { payStatement } from './pay-statement.ts';
import { postEndedOrderPolicy } from './post-ended-order.ts';
import { receiveGatewayNotice } from './receive-gateway-notice.ts';
import { receiveGoldenHatNotice } from './receive-golden-hat-notice.ts';
import { compareDiscrepancyAgain, reconcilePartner, reconcilePartners } from './reconcile-partners.ts';
import { sendRefundPolicy } from './send-refund.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let partners: Awaited<ReturnType<typeof startPartners>>;
let ctx: Ctx;
beforeAll(async () => {
  [database, partners] = await Promise.all([freshDatabase(), startPartners()]);
  // Monday, 2 March 2026, 10:00 in Berlin; the week's Sunday is the 8th.
  ctx = { ...testCtx(database.db), newId: () => uuidv7(new Date()) };
  await changeSetting(as(ctx, 'manager'), 'bonus_alone_units', 1_000_000);
});
afterAll(async () => {
  await partners.stop();
  await database.close();
});
beforeEach(() => partners.calm());

const sunday = '2026-03-08';
const afterSunday = '2026-03-08T17:01:00Z';
const month = '2026-03';
const afterMonth = '2026-03-31T16:01:00Z';
const client = (id: string): Actor => ({ kind: 'account', id, roles: ['client'] });
const worker = (id: string): Actor => ({ kind: 'account', id, roles: ['worker'] });
const receivable = (clientId: string) => balanceOf(ctx, accountId('clients', 'receivable', clientId));
const owed = async (workerId: string) => -(await balanceOf(ctx, accountId('people', 'payable', workerId)));

type Ending = {
  outcome?: 'completed' | 'failed' | 'cancelled';
  clientId?: string;
  workerId?: string | null;
  costCents?: bigint | null;
  priceCents?: bigint | null;
  endedAt?: string;
  orderId?: string;
};
async function end({
  outcome = 'completed',
  clientId = randomUUID(),
  workerId = randomUUID(),
  costCents = 10_000n,
  priceCents = costCents,
  endedAt = '2026-03-04T12:00:00Z',
  orderId = randomUUID(),
}: Ending = {}) {
  const data = {
    orderId,
    clientId,
    workerId,
    requestNumber: 'R-1',
    serviceName: { en: 'Knocking glasses', ru: 'Сбросить стаканы' },
    costCents: costCents?.toString() ?? null,
    priceCents: priceCents?.toString() ?? null,
    endedAt,
    endedBy: { kind: 'system', id: 'test' },
    reason: null,
    ...(outcome === 'failed' && { cause: 'worker_no_show' }),
  };
  const run = () =>
    runPolicy(postEndedOrderPolicy, ctx, data as never, { eventName: `ordering/order.${outcome}` });
  await run();
  return { orderId, clientId, workerId: workerId!, again: run };
}

async function joined(workerId: string) {
  await runPolicy(openPayoutAccountPolicy, ctx, { accountId: workerId, name: 'Vasya', characteristics: {} });
}

async function close(kind: 'week' | 'month', period: string, now: string) {
  await requestClose(at(ctx, now), { kind, period });
  if (kind === 'week') await runPolicy(closeWeek, at(ctx, now), { periodEnd: period });
  else await runPolicy(closeMonth, at(ctx, now), { month: period });
}

/** Closes the week and answers the client's invoice, not charged yet. */
async function invoiced(clientId: string, period = sunday, now = afterSunday) {
  await close('week', period, now);
  const [invoice] = await ctx.db
    .select()
    .from(invoices)
    .where(and(eq(invoices.clientId, clientId), eq(invoices.period, period)));
  return invoice!;
}
const charge = (invoice: typeof invoices.$inferSelect, now = afterSunday) =>
  runPolicy(chargeInvoice, at(ctx, now), {
    invoiceId: invoice.id,
    clientId: invoice.clientId,
    amountCents: invoice.amountCents.toString(),
  });
const invoiceNow = async (id: string) =>
  (await ctx.db.select().from(invoices).where(eq(invoices.id, id)))[0]!;
const attemptsOf = (documentId: string) =>
  ctx.db.select().from(attempts).where(eq(attempts.documentId, documentId)).orderBy(attempts.attemptNo);

async function stated(workerId: string, period = month, now = afterMonth) {
  await close('month', period, now);
  const [statement] = await ctx.db
    .select()
    .from(statements)
    .where(and(eq(statements.workerId, workerId), eq(statements.period, period)));
  return statement!;
}
const pay = (statement: typeof statements.$inferSelect, now = afterMonth) =>
  runPolicy(payStatement, at(ctx, now), {
    statementId: statement.id,
    workerId: statement.workerId,
    amountCents: statement.amountCents.toString(),
  });
const statementNow = async (id: string) =>
  (await ctx.db.select().from(statements).where(eq(statements.id, id)))[0]!;

const notice = (key: string, deliveryId: string = randomUUID()) => ({
  deliveryId,
  type: 'charge.succeeded',
  data: { id: 'x', idempotencyKey: key, status: 'succeeded' },
});

describe('the end of an order', () => {
  test('charges the client in full with the discount apart, and pays the worker 60 %, once [US-030][US-040][US-240]', async () => {
    const order = await end({ costCents: 10_001n, priceCents: 9_401n });
    await order.again();
    const { rows } = await myMovements(as(ctx, client(order.clientId)));
    expect(rows.map(({ kind, amountCents }) => [kind, amountCents]).sort()).toEqual([
      ['discount_given', -600n],
      ['order_charged', 10_001n],
    ]);
    expect(await receivable(order.clientId)).toBe(9_401n);
    expect(await owed(order.workerId)).toBe(6_001n);
    expect(await ctx.db.$count(billedOrders, eq(billedOrders.orderId, order.orderId))).toBe(1);
  });

  test('fines the worker 40.00 for a failed one; the client pays all the same [US-031][US-240]', async () => {
    const order = await end({ outcome: 'failed' });
    await order.again();
    expect(await receivable(order.clientId)).toBe(10_000n);
    expect(await owed(order.workerId)).toBe(-4_000n);
  });

  test('gives the worker nothing for a cancelled one; the client pays all the same [US-031]', async () => {
    const order = await end({ outcome: 'cancelled' });
    expect(await receivable(order.clientId)).toBe(10_000n);
    expect(await owed(order.workerId)).toBe(0n);
  });

  test('moves no money when it was cancelled before it had a price', async () => {
    const order = await end({ outcome: 'cancelled', workerId: null, costCents: null });
    expect(await receivable(order.clientId)).toBe(0n);
    expect(await ctx.db.$count(items, eq(items.orderId, order.orderId))).toBe(0);
  });
});

describe('closing a week [US-220]', () => {
  test('invoices what was charged before Sunday 18:00 and nothing else, once, without a gap in the numbers', async () => {
    const { clientId } = await end({ priceCents: 9_500n });
    await end({ clientId, endedAt: '2026-03-08T16:59:59Z' });
    await end({ clientId, endedAt: '2026-03-08T17:00:00Z' });
    const other = await end();
    const first = await invoiced(clientId);
    expect(first).toMatchObject({ amountCents: 19_500n, state: 'issued', period: sunday });
    await close('week', sunday, afterSunday);
    expect(await ctx.db.$count(invoices, eq(invoices.clientId, clientId))).toBe(1);
    expect(await ctx.db.$count(invoices, eq(invoices.clientId, other.clientId))).toBe(1);

    const { items: lines } = await readInvoice(as(ctx, client(clientId)), first.id);
    expect(lines.map(({ kind, amountCents }) => [kind, amountCents]).sort()).toEqual([
      ['discount_given', -500n],
      ['order_charged', 10_000n],
      ['order_charged', 10_000n],
    ]);
    expect((await myAccount(at(as(ctx, client(clientId)), afterSunday))).dueCents).toBe(10_000n);
    const next = await invoiced(clientId, '2026-03-15', '2026-03-15T17:01:00Z');
    expect(next.amountCents).toBe(10_000n);

    const numbers = await ctx.db.select({ number: invoices.number }).from(invoices).orderBy(invoices.number);
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, i) => i + 1));
  });

  test('at the same time twice gives each client one invoice', async () => {
    const { clientId } = await end();
    await requestClose(at(ctx, afterSunday), { kind: 'week', period: sunday });
    await Promise.all(Array.from({ length: 6 }, () => issueInvoices(ctx, { period: sunday, after: null })));
    const numbers = await ctx.db.select({ number: invoices.number }).from(invoices).orderBy(invoices.number);
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, i) => i + 1));
    expect(await ctx.db.$count(invoices, eq(invoices.clientId, clientId))).toBe(1);
  });

  test('leaves an invoice and its lines frozen', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    const attempt = async (change: ReturnType<typeof sql>) =>
      expect(await ctx.db.execute(change).then(String, pgErrorCode)).toBe('42501');
    await attempt(sql`update billing.items set amount_cents = 1 where document_id = ${invoice.id}`);
    await attempt(sql`update billing.items set document_id = null where document_id = ${invoice.id}`);
    await attempt(sql`delete from billing.items where document_id = ${invoice.id}`);
    await attempt(sql`update billing.invoices set amount_cents = 1 where id = ${invoice.id}`);
    await attempt(sql`delete from billing.invoices where id = ${invoice.id}`);
  });

  test('is asked for by the clock once it is due, for each missed Sunday, and not again when closed', async () => {
    const later = at(ctx, '2026-03-30T09:00:00Z');
    await closeAll(later);
    const { clientId } = await end({ endedAt: '2026-03-10T09:00:00Z' });
    await end({ clientId, endedAt: '2026-03-24T09:00:00Z' });
    await ctx.db.execute(
      sql`update billing.period_closes set finished_at = null, progressed_at = '2026-03-01' where period in ('2026-03-15', '2026-03-29')`,
    );
    const asked = await requestDueCloses(later);
    expect(asked).toEqual(['2026-03-15', '2026-03-29']);
    for (const periodEnd of asked) await runPolicy(closeWeek, later, { periodEnd });
    expect(await requestDueCloses(later)).toEqual([]);
    const periods = await ctx.db
      .select()
      .from(invoices)
      .where(eq(invoices.clientId, clientId))
      .orderBy(invoices.period);
    expect(periods.map(({ period, amountCents }) => [period, amountCents])).toEqual([
      ['2026-03-15', 10_000n],
      ['2026-03-29', 10_000n],
    ]);
  });

  test('that has not begun is refused', async () => {
    for (const [kind, period] of [
      ['week', '2026-03-15'],
      ['month', '2026-05'],
    ])
      await expect(requestClose(as(ctx, 'billing'), { kind, period })).rejects.toMatchObject({
        code: 'billing.not_begun',
      });
  });

  test('ahead of its end, as a demonstration, leaves it due at its end for those who came later', async () => {
    const early = await end({ endedAt: '2026-06-02T09:00:00Z' });
    await close('week', '2026-06-07', '2026-06-03T09:00:00Z');
    const late = await end({ endedAt: '2026-06-05T09:00:00Z' });
    const asked = await requestDueCloses(at(ctx, '2026-06-07T16:01:00Z'));
    expect(asked).toContain('2026-06-07');
    for (const periodEnd of asked.filter((period) => period.length === sunday.length))
      await runPolicy(closeWeek, at(ctx, '2026-06-07T16:01:00Z'), { periodEnd });
    for (const { clientId } of [early, late])
      expect(await ctx.db.$count(invoices, eq(invoices.clientId, clientId))).toBe(1);
    await closeAll(at(ctx, '2026-06-07T16:02:00Z'));
    expect(await requestDueCloses(at(ctx, '2026-06-07T20:02:00Z'))).toEqual([]);
  });

  test('of 10,050 clients takes two runs of a hundred pages at most, and gives each an invoice in order', async () => {
    const period = '2026-07-05';
    await owing(10_050, '2026-07-01T09:00:00Z');
    const later = at(ctx, '2026-07-05T16:01:00Z');
    await requestClose(later, { kind: 'week', period });
    const stepIds: string[] = [];
    const counted: typeof closeWeek = {
      ...closeWeek,
      react: (run) =>
        closeWeek.react({
          ...run,
          act: (stepId, work) => {
            stepIds.push(stepId);
            return run.act(stepId, work);
          },
        }),
    };
    await runPolicy(counted, later, { periodEnd: period });
    expect(stepIds.length).toBeLessThan(200);
    expect(await closeOf(period)).toMatchObject({
      partiesCount: 10_050,
      doneCount: 10_000,
      finishedAt: null,
    });
    const [further] = await emitted(ctx, weekCloseRequested);
    expect(further).toMatchObject({ periodEnd: period, after: expect.any(String) });
    for (let i = 0; i < 2; i++) await runPolicy(closeWeek, later, further as never);
    expect(await closeOf(period)).toMatchObject({ doneCount: 10_050, finishedAt: later.now });
    const made = await ctx.db
      .select({ number: invoices.number, clientId: invoices.clientId })
      .from(invoices)
      .where(eq(invoices.period, period))
      .orderBy(invoices.number);
    expect(made.map(({ number }) => number - made[0]!.number)).toEqual(made.map((_, i) => i));
    expect(made.map(({ clientId }) => clientId)).toEqual(made.map(({ clientId }) => clientId).sort());
    const [wrong] = await ctx.db.execute(sql`
      select 1 from billing.invoices i where amount_cents <>
        (select sum(amount_cents) from billing.items where document_id = i.id)`);
    expect(wrong).toBeUndefined();
  }, 120_000);

  test('is paused after the page it is at and resumed by a person, never by the clock', async () => {
    const period = '2026-07-12';
    await closeAll(at(ctx, '2026-07-06T09:00:00Z'));
    await owing(250, '2026-07-08T09:00:00Z');
    const later = at(ctx, '2026-07-12T16:01:00Z');
    const biller = at(as(ctx, 'billing'), later.now);
    const week = { kind: 'week', period } as const;
    await requestClose(later, week);
    const { next } = await issueInvoices(later, { period, after: null });
    expect(next).not.toBeNull();
    await pauseClose(biller, week);
    await pauseClose(biller, week);
    await runPolicy(closeWeek, later, { periodEnd: period });
    expect(await closeOf(period)).toMatchObject({ doneCount: 100, finishedAt: null });
    expect(await requestDueCloses(at(ctx, '2026-07-13T16:01:00Z'))).not.toContain(period);

    const asked = (await emitted(ctx, weekCloseRequested)).length;
    await resumeClose(biller, week);
    await resumeClose(biller, week);
    expect((await emitted(ctx, weekCloseRequested)).length).toBe(asked + 1);
    await runPolicy(closeWeek, later, { periodEnd: period });
    expect(await closeOf(period)).toMatchObject({ doneCount: 250, partiesCount: 250, finishedAt: later.now });
    for (const change of [pauseClose, resumeClose]) {
      await expect(change(biller, week)).rejects.toMatchObject({ code: 'billing.not_closing' });
      await expect(change(as(ctx, 'manager'), week)).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });

  test('waits for an earlier week that is not closed yet, so that each item stands on the invoice of its own week', async () => {
    const [first, second] = ['2026-09-06', '2026-09-13'];
    const later = at(ctx, '2026-09-13T16:01:00Z');
    const biller = at(as(ctx, 'billing'), later.now);
    await closeAll(at(ctx, '2026-08-31T09:00:00Z'));
    await owing(150, '2026-09-02T09:00:00Z');
    await owing(150, '2026-09-09T09:00:00Z');
    await requestClose(later, { kind: 'week', period: first });
    await issueInvoices(later, { period: first, after: null });
    await pauseClose(biller, { kind: 'week', period: first });
    await requestClose(later, { kind: 'week', period: second });
    await runPolicy(closeWeek, later, { periodEnd: second });
    expect(await closeOf(second)).toMatchObject({ doneCount: 0, isWaiting: true, finishedAt: null });
    const asked = (await emitted(ctx, weekCloseRequested)).length;
    await resumeClose(biller, { kind: 'week', period: first });
    await runPolicy(closeWeek, later, { periodEnd: first });
    expect(await closeOf(first)).toMatchObject({ doneCount: 150, finishedAt: later.now });
    // The end of the first asks for the second.
    const [latest] = await emitted(ctx, weekCloseRequested);
    expect((await emitted(ctx, weekCloseRequested)).length).toBe(asked + 2);
    expect(latest).toMatchObject({ periodEnd: second });
    await runPolicy(closeWeek, later, latest as never);
    expect(await closeOf(second)).toMatchObject({ doneCount: 150, isWaiting: false, finishedAt: later.now });
    const [wrong] = await ctx.db.execute(sql`
      select 1 from billing.invoices v join billing.items i on i.document_id = v.id
      where v.period in (${first}, ${second}) and i.occurred_at < v.from_at`);
    expect(wrong).toBeUndefined();
  });

  test('that stands still is asked for again by the next tick', async () => {
    const period = '2026-07-19';
    await owing(1, '2026-07-15T09:00:00Z');
    await requestClose(at(ctx, '2026-07-19T16:01:00Z'), { kind: 'week', period });
    expect(await requestDueCloses(at(ctx, '2026-07-19T16:40:00Z'))).not.toContain(period);
    expect(await requestDueCloses(at(ctx, '2026-07-19T17:01:00Z'))).toContain(period);
    await runPolicy(closeWeek, at(ctx, '2026-07-19T17:02:00Z'), { periodEnd: period });
    expect(await requestDueCloses(at(ctx, '2026-07-19T20:01:00Z'))).not.toContain(period);
  });

  test('needs the billing role, and a Sunday', async () => {
    const week = { kind: 'week', period: sunday };
    for (const role of ['manager', 'client', 'worker', 'staff'] as const)
      await expect(requestClose(as(ctx, role), week)).rejects.toMatchObject({ code: 'not_allowed' });
    const billing = as(ctx, 'billing');
    await expect(requestClose(billing, { ...week, period: '2026-03-09' })).rejects.toMatchObject({
      code: 'billing.not_a_sunday',
    });
    await expect(requestClose(billing, { kind: 'month', period: '2026-3' })).rejects.toMatchObject({
      code: 'billing.not_a_month',
    });
  });
});

/** So many new clients who owe 100.00, without the ledger: closes look at items only. */
const owing = (clientsCount: number, occurredAt: string) =>
  ctx.db.execute(sql`
    insert into billing.items (transaction_id, purpose, party_id, kind, details, amount_cents, occurred_at)
    select gen_random_uuid(), 'invoice', gen_random_uuid(), 'order_charged', '{}', 10000, ${occurredAt}
    from generate_series(1, ${clientsCount}::int)`);

const closeOf = async (period: string) =>
  (await billingOverview(as(ctx, 'billing'))).closes.find((close) => close.period === period);

async function closeAll(now: Ctx) {
  await runPolicy(closeDuePeriods, now, {});
  const [weeks, months] = await Promise.all([
    emitted(ctx, weekCloseRequested),
    emitted(ctx, monthCloseRequested),
  ]);
  for (const periodEnd of new Set(weeks.map((data) => String(data.periodEnd)).sort()))
    await runPolicy(closeWeek, now, { periodEnd });
  for (const period of new Set(months.map((data) => String(data.month)).sort()))
    await runPolicy(closeMonth, now, { month: period });
}

describe('charging an invoice', () => {
  test('takes the amount once, by Happy Cat Box payroll when nothing else was chosen', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    await charge(invoice);
    await charge(invoice);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
    expect(await receivable(clientId)).toBe(0n);
    expect(partners.movedCents(`charge:${invoice.id}`)).toBe(10_000n);
    expect(await attemptsOf(invoice.id)).toMatchObject([
      { targetLabel: 'Happy Cat Box payroll', state: 'succeeded' },
    ]);
  });

  test.each(['silent_before', 'silent_after', 'errs'] as const)(
    'when the gateway %s asks again with the same key, and takes it once',
    async (behaviour) => {
      const { clientId } = await end();
      const invoice = await invoiced(clientId);
      partners.behave(behaviour);
      await charge(invoice);
      expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
      expect(partners.asked.filter((call) => call === 'POST /charges')).toHaveLength(2);
      expect(partners.movedCents(`charge:${invoice.id}`)).toBe(10_000n);
      expect(await receivable(clientId)).toBe(0n);
    },
  );

  test('that stays without an answer is chased by the clock, then parked for a person, and nothing is posted', async () => {
    const { clientId } = await end();
    const silent = await invoiced(clientId);
    await runPolicy(openPaymentMethodPolicy, ctx, {
      methodId: await methodOf(clientId),
      clientId,
    });
    partners.goDown(true);
    await charge(silent);
    expect(await invoiceNow(silent.id)).toMatchObject({ state: 'settling' });
    for (let hour = 1; hour <= 40; hour++)
      await runPolicy(chaseMoney, at(ctx, new Date(Date.parse(afterSunday) + hour * 3_600_000)), {});
    const [parked] = await attemptsOf(silent.id);
    expect(parked).toMatchObject({
      state: 'parked',
      asksCount: 8,
      failureCode: 'no_answer',
      nextAskAt: null,
    });
    expect(await invoiceNow(silent.id)).toMatchObject({ state: 'unclear', attemptsCount: 1 });
    expect(await receivable(clientId)).toBe(10_000n);
    expect((await emitted(ctx, attemptParked)).filter((data) => data.documentId === silent.id)).toHaveLength(
      1,
    );

    partners.goDown(false);
    await askAgain(as(ctx, 'billing'), { attemptId: parked!.id });
    await runPolicy(askAboutParkedAttempt, ctx, { attemptId: parked!.id });
    expect(await invoiceNow(silent.id)).toMatchObject({ state: 'paid' });
    expect(partners.movedCents(`charge:${silent.id}`)).toBe(10_000n);
    expect(await receivable(clientId)).toBe(0n);
  });

  test('that fails is told to the client, and tried again on days 1, 3, 5, 7, 10, 14; then a manager decides', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave(...Array.from({ length: 7 }, () => 'fails' as const));
    await charge(invoice);
    const days: number[] = [];
    for (let no = 1; no <= 6; no++) {
      const { state, nextAttemptAt } = await invoiceNow(invoice.id);
      expect(state).toBe('failed');
      days.push((nextAttemptAt!.getTime() - invoice.issuedAt.getTime()) / 86_400_000);
      const due = at(ctx, nextAttemptAt!);
      await runPolicy(chaseMoney, due, {});
      await runPolicy(chaseMoney, due, {});
      const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
      expect(asked).toMatchObject({ attemptNo: no + 1 });
      await runPolicy(chargeInvoice, due, asked as never);
      await runPolicy(chargeInvoice, due, asked as never);
    }
    expect(days).toEqual([1, 3, 5, 7, 10, 14]);
    expect(await invoiceNow(invoice.id)).toMatchObject({
      state: 'failed',
      attemptsCount: 7,
      nextAttemptAt: null,
    });
    expect((await emitted(ctx, chargeFailed)).filter((data) => data.invoiceId === invoice.id)).toHaveLength(
      7,
    );
    expect(await receivable(clientId)).toBe(10_000n);
    expect(partners.movedCents(`charge:${invoice.id}`)).toBe(0n);
  });

  describe('that failed for the last time', () => {
    /** An invoice whose seven tries of the clock have all failed. */
    async function givenUp() {
      const { clientId } = await end();
      const invoice = await invoiced(clientId);
      partners.behave(...Array.from({ length: 7 }, () => 'fails' as const));
      await charge(invoice);
      for (let no = 1; no <= 6; no++) {
        const due = at(ctx, (await invoiceNow(invoice.id)).nextAttemptAt!);
        expect(await isPaused(ctx, clientId)).toBe(false);
        await runPolicy(chaseMoney, due, {});
        const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
        for (let i = 0; i < 2; i++) await runPolicy(chargeInvoice, due, asked as never);
      }
      return { clientId, invoice, me: as(ctx, client(clientId)) };
    }
    const payNow = async (me: Ctx, invoiceId: string) => {
      await payInvoice(me, { invoiceId });
      const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoiceId);
      await runPolicy(chargeInvoice, ctx, asked as never);
    };

    test('pauses new requests, once; paying ends it', async () => {
      const { clientId, invoice, me } = await givenUp();
      expect(await isPaused(ctx, clientId)).toBe(true);
      await expect(orderIn(ctx, 'placed', { client: me.actor })).rejects.toMatchObject({
        code: 'ordering.paused',
      });
      expect(await myPauses(me)).toMatchObject([{ id: invoice.id, number: invoice.number }]);
      const told = (await emitted(ctx, clientPaused)).filter((data) => data.invoiceId === invoice.id);
      expect(told).toHaveLength(1);
      partners.behave('fails');
      await payNow(me, invoice.id);
      expect(await isPaused(ctx, clientId)).toBe(true);
      await payNow(me, invoice.id);
      expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
      expect(await isPaused(ctx, clientId)).toBe(false);
      expect(await myPauses(me)).toEqual([]);
      expect(await orderIn(ctx, 'placed', { client: me.actor })).toMatchObject({
        asClient: { actor: me.actor },
      });
    });

    test('lets the client go on when a manager says so, also after a further failure', async () => {
      const { clientId, invoice, me } = await givenUp();
      const decision = { invoiceId: invoice.id, reason: 'They have moved, and pay next week' };
      await expect(allowRequests(as(ctx, 'manager'), decision)).rejects.toMatchObject({
        code: 'not_allowed',
      });
      await allowRequests(as(ctx, 'billing'), decision);
      expect(await isPaused(ctx, clientId)).toBe(false);
      partners.behave('fails');
      await payNow(me, invoice.id);
      expect(await isPaused(ctx, clientId)).toBe(false);
      await expect(allowRequests(as(ctx, 'billing'), decision)).rejects.toMatchObject({
        code: 'billing.not_paused',
      });
      const { rows } = await listPauses(as(ctx, 'billing'), { decided: true });
      expect(rows.find(({ invoiceId }) => invoiceId === invoice.id)).toMatchObject({
        decision: 'allowed',
        reason: decision.reason,
      });
      expect(await receivable(clientId)).toBe(10_000n);
    });

    test('is written off by a manager, once, and nothing is owed any more', async () => {
      const { clientId, invoice, me } = await givenUp();
      const decision = { invoiceId: invoice.id, reason: 'The cat has left the country' };
      for (let i = 0; i < 2; i++) await writeOffInvoice(as(ctx, 'billing'), decision);
      expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'written_off', nextAttemptAt: null });
      expect(await receivable(clientId)).toBe(0n);
      expect(await isPaused(ctx, clientId)).toBe(false);
      await expect(payInvoice(me, { invoiceId: invoice.id })).rejects.toMatchObject({
        code: 'billing.not_payable',
      });
      // The gateway had it after all: the debt was none, and the invoice is paid.
      const lost = await balanceOf(ctx, accountId('clients', 'bad_debts'));
      partners.decide(`charge:${invoice.id}:7`, 'succeeded');
      for (let i = 0; i < 2; i++)
        await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:7`));
      expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
      expect(await receivable(clientId)).toBe(0n);
      expect(await balanceOf(ctx, accountId('clients', 'bad_debts'))).toBe(lost - 10_000n);
      expect((await myAccount(me)).dueCents).toBe(0n);
      // A second one was paid twice, as with any other invoice.
      partners.decide(`charge:${invoice.id}:6`, 'succeeded');
      await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:6`));
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ cause: 'paid_twice' }]);
    });

    test('is never written off while its outcome is open', async () => {
      const { clientId } = await end();
      const invoice = await invoiced(clientId);
      partners.behave('pends');
      await charge(invoice);
      await expect(
        writeOffInvoice(as(ctx, 'billing'), { invoiceId: invoice.id, reason: 'Too long' }),
      ).rejects.toMatchObject({ code: 'billing.not_payable' });
    });

    test('is reached by the clock alone: what the client tries in between takes no retry', async () => {
      const { clientId } = await end();
      const me = as(ctx, client(clientId));
      const invoice = await invoiced(clientId);
      partners.behave(...Array.from({ length: 9 }, () => 'fails' as const));
      await charge(invoice);
      for (let i = 0; i < 8; i++) await payNow(me, invoice.id);
      const { nextAttemptAt, attemptsCount } = await invoiceNow(invoice.id);
      expect(attemptsCount).toBe(9);
      expect(nextAttemptAt!.getTime() - invoice.issuedAt.getTime()).toBe(86_400_000);
      expect(await isPaused(ctx, clientId)).toBe(false);
    });
  });

  test('that failed can be paid now by another method, and a double click is one attempt', async () => {
    const { clientId } = await end();
    const me = as(ctx, client(clientId));
    const invoice = await invoiced(clientId);
    partners.behave('fails');
    await charge(invoice);
    const methodId = randomUUID();
    await addPaymentMethod(me, { methodId, label: 'Blue card' });
    await addPaymentMethod(me, { methodId, label: 'Blue card' });
    expect((await emitted(ctx, methodRequested)).filter((data) => data.methodId === methodId)).toHaveLength(
      1,
    );
    await expect(choosePaymentMethod(me, { methodId })).rejects.toMatchObject({ code: 'billing.not_found' });
    await runPolicy(openPaymentMethodPolicy, ctx, { methodId, clientId });
    await choosePaymentMethod(me, { methodId });
    await payInvoice(me, { invoiceId: invoice.id });
    await payInvoice(me, { invoiceId: invoice.id });
    const asked = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
    expect(asked).toHaveLength(2);
    for (const data of asked) await runPolicy(chargeInvoice, ctx, data as never);
    expect(await attemptsOf(invoice.id)).toMatchObject([
      { state: 'failed', failureCode: 'declined' },
      { state: 'succeeded', targetLabel: 'Blue card' },
    ]);
    expect(partners.movedCents(`charge:${invoice.id}`)).toBe(10_000n);
    await expect(payInvoice(me, { invoiceId: invoice.id })).rejects.toMatchObject({
      code: 'billing.not_payable',
    });
  });

  test('that is pending ends by the webhook, which is only a hint: a replayed or a lying one changes nothing', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave('pends');
    await charge(invoice);
    const key = `charge:${invoice.id}:1`;
    await runPolicy(receiveGatewayNotice, ctx, notice(key));
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'settling' });
    partners.decide(key, 'succeeded');
    for (let i = 0; i < 3; i++) await runPolicy(receiveGatewayNotice, ctx, notice(key, 'the-same'));
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    expect(await receivable(clientId)).toBe(0n);
    await runPolicy(receiveGatewayNotice, ctx, notice('somebody-else:1'));
  });

  test('that is pending ends also when the webhook never comes', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave('pends');
    await charge(invoice);
    partners.decide(`charge:${invoice.id}:1`, 'succeeded');
    await runPolicy(chaseMoney, at(ctx, '2026-03-08T18:00:00Z'), {});
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
  });

  test('that succeeded after it had failed is asked about until the gateway says so, however often it is silent', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave('fails');
    await charge(invoice);
    partners.decide(`charge:${invoice.id}:1`, 'succeeded');
    partners.goDown(true);
    await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:1`));
    for (const minutes of [20, 40])
      await runPolicy(chaseMoney, at(ctx, new Date(ctx.now.getTime() + minutes * 60_000)), {});
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'failed' });
    partners.goDown(false);
    await runPolicy(chaseMoney, at(ctx, new Date(ctx.now.getTime() + 60 * 60_000)), {});
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    expect((await attemptsOf(invoice.id))[0]).toMatchObject({ nextAskAt: null });
    expect(await receivable(clientId)).toBe(0n);
  });

  test('that failed and then succeeded after all is posted once, and not tried again', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave('says_failed_then_succeeded');
    await charge(invoice);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'failed' });
    partners.decide(`charge:${invoice.id}:1`, 'succeeded');
    await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:1`));
    await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:1`));
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid', nextAttemptAt: null });
    expect(await receivable(clientId)).toBe(0n);
  });

  test('that was taken twice goes back by the way it came, whichever of the two was late', async () => {
    for (const lateIsFirst of [true, false]) {
      const { clientId } = await end();
      const me = as(ctx, client(clientId));
      const invoice = await invoiced(clientId);
      partners.behave('fails', 'pends');
      await charge(invoice);
      await payInvoice(me, { invoiceId: invoice.id });
      const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
      await runPolicy(chargeInvoice, ctx, asked as never);
      const [first, second] = [`charge:${invoice.id}:1`, `charge:${invoice.id}:2`];
      partners.decide(first, 'succeeded');
      partners.decide(second, 'succeeded');
      for (const key of lateIsFirst ? [first, second, first] : [second, first, second])
        for (let i = 0; i < 2; i++) await runPolicy(receiveGatewayNotice, ctx, notice(key));
      expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
      const [back] = (await emitted(ctx, refundRequested)).filter((data) => data.clientId === clientId);
      const { refunds } = await readInvoice(me, invoice.id);
      expect(refunds).toMatchObject([
        { cause: 'paid_twice', state: 'sending', attempt: { target: lateIsFirst ? second : first } },
      ]);
      expect(await receivable(clientId)).toBe(0n);
      expect((await myAccount(me)).dueCents).toBe(0n);
      partners.behave('silent_after');
      for (let i = 0; i < 2; i++) await runPolicy(sendRefundPolicy, ctx, back as never);
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'sent' }]);
      expect(partners.movedCents(`refund:${refunds[0]!.id}`)).toBe(10_000n);
      expect(await receivable(clientId)).toBe(0n);
      // The money that came twice and went back once stands in no invoice's sum.
      expect((await myAccount(me)).items.map(({ kind, amountCents }) => [kind, amountCents])).toEqual([
        ['refund_sent', 10_000n],
        ['charge_succeeded_again', -10_000n],
      ]);
    }
  });

  test('that failed at last pauses nobody when an earlier try has paid it after all', async () => {
    const { clientId } = await end();
    const invoice = await invoiced(clientId);
    partners.behave(...Array.from({ length: 6 }, () => 'fails' as const), 'pends');
    await charge(invoice);
    for (let no = 1; no <= 6; no++) {
      const due = at(ctx, (await invoiceNow(invoice.id)).nextAttemptAt!);
      await runPolicy(chaseMoney, due, {});
      const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
      await runPolicy(chargeInvoice, due, asked as never);
    }
    const told = (await emitted(ctx, chargeFailed)).length;
    for (const [no, status] of [
      [2, 'succeeded'],
      [7, 'failed'],
    ] as const) {
      partners.decide(`charge:${invoice.id}:${no}`, status);
      await runPolicy(receiveGatewayNotice, ctx, notice(`charge:${invoice.id}:${no}`));
    }
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    expect(await isPaused(ctx, clientId)).toBe(false);
    expect((await emitted(ctx, chargeFailed)).length).toBe(told);
    expect(await receivable(clientId)).toBe(0n);
  });

  describe('given back by a manager', () => {
    async function paidInvoice() {
      const { clientId } = await end();
      const invoice = await invoiced(clientId);
      await charge(invoice);
      return { clientId, invoice, me: as(ctx, client(clientId)) };
    }
    const refund = (invoiceId: string, more = {}) => ({
      refundId: randomUUID(),
      invoiceId,
      amount: '40',
      reason: 'One glass was left on the shelf',
      way: 'back',
      ...more,
    });
    const send = async (refundId: string) => {
      const [asked] = (await emitted(ctx, refundRequested)).filter((data) => data.refundId === refundId);
      for (let i = 0; i < 2; i++) await runPolicy(sendRefundPolicy, ctx, asked as never);
    };

    const sendLatest = async (refundId: string) => {
      const [asked] = (await emitted(ctx, refundRequested)).filter((data) => data.refundId === refundId);
      await runPolicy(sendRefundPolicy, ctx, asked as never);
    };

    test('goes by the way it was paid, once, however often it is asked for, and no more than was paid', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const billing = as(ctx, 'billing');
      const given = refund(invoice.id);
      await expect(grantRefund(as(ctx, 'manager'), given)).rejects.toMatchObject({ code: 'not_allowed' });
      await expect(grantRefund(billing, { ...given, amount: '100.01' })).rejects.toMatchObject({
        code: 'billing.not_refundable',
      });
      await Promise.all([grantRefund(billing, given), grantRefund(billing, given)]);
      expect(await balanceOf(ctx, accountId('clients', 'in_transit'))).toBe(-4_000n);
      partners.behave('silent_before');
      await send(given.refundId);
      expect(partners.movedCents(`refund:${given.refundId}`)).toBe(4_000n);
      expect(await balanceOf(ctx, accountId('clients', 'in_transit'))).toBe(0n);
      expect(await receivable(clientId)).toBe(0n);
      expect((await myAccount(me)).dueCents).toBe(0n);
      await expect(grantRefund(billing, refund(invoice.id, { amount: '60.01' }))).rejects.toMatchObject({
        code: 'billing.not_refundable',
      });
      const rest = refund(invoice.id, { amount: '60', way: 'next_invoice' });
      await grantRefund(billing, rest);
      expect((await myAccount(me)).dueCents).toBe(-6_000n);
      expect((await listRefunds(billing)).rows.filter((row) => row.clientId === clientId)).toMatchObject([
        { id: given.refundId, state: 'sent', cause: 'granted', invoiceNumber: invoice.number },
      ]);
      await expect(listRefunds(me)).rejects.toMatchObject({ code: 'not_allowed' });
    });

    test('lowers the next invoice when the way back is closed, and is posted right when it arrives after all', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const given = refund(invoice.id);
      await grantRefund(as(ctx, 'billing'), given);
      partners.behave('fails');
      await send(given.refundId);
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'failed' }]);
      expect((await myAccount(me)).dueCents).toBe(-4_000n);
      expect(await receivable(clientId)).toBe(-4_000n);
      expect((await emitted(ctx, refundFailed)).filter((data) => data.clientId === clientId)).toHaveLength(1);
      const key = `refund:${given.refundId}:1`;
      partners.decide(key, 'succeeded');
      for (let i = 0; i < 2; i++) await runPolicy(receiveGatewayNotice, ctx, notice(key));
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'sent' }]);
      expect((await myAccount(me)).dueCents).toBe(0n);
      expect(await receivable(clientId)).toBe(0n);
    });

    test('that failed is sent again while no invoice is lower by it, and arrives once in the end', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const billing = as(ctx, 'billing');
      const given = refund(invoice.id);
      await grantRefund(billing, given);
      const again = () => retryRefund(billing, { refundId: given.refundId });
      await expect(again()).rejects.toMatchObject({ code: 'billing.not_resendable' });
      partners.behave('fails');
      await send(given.refundId);
      const [failed] = (await listRefunds(billing)).rows.filter((row) => row.clientId === clientId);
      expect(failed).toMatchObject({ state: 'failed', canSendAgain: true });
      await expect(retryRefund(as(ctx, 'manager'), { refundId: given.refundId })).rejects.toMatchObject({
        code: 'not_allowed',
      });
      const twice = await Promise.allSettled([again(), again()]);
      expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await myAccount(me)).dueCents).toBe(0n);
      partners.behave('fails', 'succeeds');
      await sendLatest(given.refundId);
      expect((await myAccount(me)).dueCents).toBe(-4_000n);
      await again();
      await sendLatest(given.refundId);
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([
        { state: 'sent', canSendAgain: false, attempt: { attemptNo: 3, state: 'succeeded' } },
      ]);
      expect(await receivable(clientId)).toBe(0n);
      expect((await myAccount(me)).dueCents).toBe(0n);
      expect(partners.movedCents(`refund:${given.refundId}`)).toBe(4_000n);
      expect(await balanceOf(ctx, accountId('clients', 'in_transit'))).toBe(0n);
    });

    test('of which two tries arrived is taken back by the next invoice', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const given = refund(invoice.id);
      await grantRefund(as(ctx, 'billing'), given);
      partners.behave('fails', 'pends');
      await send(given.refundId);
      await retryRefund(as(ctx, 'billing'), { refundId: given.refundId });
      await sendLatest(given.refundId);
      for (const no of [1, 2]) {
        partners.decide(`refund:${given.refundId}:${no}`, 'succeeded');
        for (let i = 0; i < 2; i++)
          await runPolicy(receiveGatewayNotice, ctx, notice(`refund:${given.refundId}:${no}`));
      }
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'sent' }]);
      expect(await receivable(clientId)).toBe(4_000n);
      expect((await myAccount(me)).dueCents).toBe(4_000n);
      expect(await balanceOf(ctx, accountId('clients', 'in_transit'))).toBe(0n);
    });

    test('that failed is not sent again once an invoice is lower by it', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const given = refund(invoice.id);
      await grantRefund(as(ctx, 'billing'), given);
      partners.behave('fails');
      await send(given.refundId);
      await end({ clientId, endedAt: '2026-03-10T12:00:00Z' });
      expect(await invoiced(clientId, '2026-03-15', '2026-03-15T17:01:00Z')).toMatchObject({
        amountCents: 6_000n,
      });
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ canSendAgain: false }]);
      await expect(retryRefund(as(ctx, 'billing'), { refundId: given.refundId })).rejects.toMatchObject({
        code: 'billing.not_resendable',
      });
    });

    test('that the gateway keeps silent about is parked for a person, and asked about again', async () => {
      const { clientId, invoice, me } = await paidInvoice();
      const given = refund(invoice.id);
      await grantRefund(as(ctx, 'billing'), given);
      partners.goDown(true);
      await send(given.refundId);
      for (let hour = 1; hour <= 40; hour++)
        await runPolicy(chaseMoney, at(ctx, new Date(ctx.now.getTime() + hour * 3_600_000)), {});
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'unclear' }]);
      const silent = (await listParked(as(ctx, 'billing'))).rows.find((row) => row.partyId === clientId)!;
      expect(silent).toMatchObject({ purpose: 'refund', failureCode: 'no_answer' });
      expect((await billingOverview(as(ctx, 'billing'))).parkedCount).toBeGreaterThan(0);
      partners.goDown(false);
      await askAgain(as(ctx, 'billing'), { attemptId: silent.id });
      await runPolicy(askAboutParkedAttempt, ctx, { attemptId: silent.id });
      expect((await readInvoice(me, invoice.id)).refunds).toMatchObject([{ state: 'sent' }]);
      expect(partners.movedCents(`refund:${given.refundId}`)).toBe(4_000n);
    });
  });

  test('raises the loyalty discount when what was paid in total passes 10,000.00 [US-040]', async () => {
    const { clientId } = await end({ costCents: 1_000_000n });
    await charge(await invoiced(clientId));
    expect(await loyaltyPercent(ctx, clientId)).toBe(0);
    await end({ clientId, costCents: 1n, endedAt: '2026-03-10T00:00:00Z' });
    await charge(await invoiced(clientId, '2026-03-15', '2026-03-15T17:01:00Z'));
    expect(await loyaltyPercent(ctx, clientId)).toBe(5);
  });
});

async function methodOf(clientId: string) {
  const id = randomUUID();
  await ctx.db.insert(paymentMethods).values({
    id,
    clientId,
    kind: 'payroll',
    label: 'Happy Cat Box payroll',
    isChosen: true,
    createdAt: ctx.now,
  });
  return id;
}

describe('closing a month [US-230]', () => {
  test('states earnings less penalties plus bonuses, and pays through Golden Hat, once', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    await joined(workerId);
    await end({ workerId });
    await end({ workerId, outcome: 'failed' });
    await giveBonus(at(as(ctx, 'manager'), '2026-03-20T09:00:00Z'), {
      bonusId: randomUUID(),
      workerId,
      amount: '12,50',
      reason: 'Broke a record, and a vase',
    });
    const statement = await stated(workerId);
    expect(statement).toMatchObject({ amountCents: 3_250n, carriedCents: 0n, state: 'issued' });
    await close('month', month, afterMonth);
    await pay(statement);
    await pay(statement);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
    expect(await owed(workerId)).toBe(0n);
    expect(partners.movedCents(`payout:${statement.id}`)).toBe(3_250n);
    expect(await balanceOf(ctx, accountId('people', 'in_transit'))).toBe(0n);
    const seen = await readStatement(as(ctx, worker(workerId)), statement.id);
    expect(seen.items).toHaveLength(3);
    expect(seen.account).toMatch(/^•••• .{4}$/);
  });

  test('carries a negative month over, once, into the next', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    await end({ workerId, outcome: 'failed' });
    const negative = await stated(workerId);
    expect(negative).toMatchObject({ amountCents: -4_000n, state: 'carried_over', nextAttemptAt: null });
    await pay(negative);
    expect(partners.movedCents(`payout:${negative.id}`)).toBe(0n);
    expect((await myMoney(as(ctx, worker(workerId)))).carriedCents).toBe(-4_000n);

    await end({ workerId, endedAt: '2026-04-10T09:00:00Z' });
    const next = await stated(workerId, '2026-04', '2026-04-30T16:01:00Z');
    expect(next).toMatchObject({ amountCents: 2_000n, carriedCents: -4_000n, carriedFromId: negative.id });
    await end({ workerId, endedAt: '2026-05-10T09:00:00Z' });
    expect(await stated(workerId, '2026-05', '2026-05-31T16:01:00Z')).toMatchObject({
      amountCents: 6_000n,
      carriedCents: 0n,
    });
  });

  test.each(['silent_before', 'silent_after', 'errs'] as const)(
    'when Golden Hat %s asks again with the same key, and pays once',
    async (behaviour) => {
      const workerId = randomUUID();
      await joined(workerId);
      await end({ workerId });
      const statement = await stated(workerId);
      partners.behave(behaviour);
      await pay(statement);
      expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
      expect(partners.movedCents(`payout:${statement.id}`)).toBe(6_000n);
      expect(await owed(workerId)).toBe(0n);
    },
  );

  test('a transfer that fails is owed again, and is sent again when a person says so', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    await end({ workerId });
    const statement = await stated(workerId);
    partners.behave('fails');
    await pay(statement);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'failed', nextAttemptAt: null });
    expect(await owed(workerId)).toBe(6_000n);
    await expect(retryPayout(as(ctx, 'manager'), { statementId: statement.id })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    for (let i = 0; i < 2; i++) await retryPayout(as(ctx, 'billing'), { statementId: statement.id });
    for (const data of (await emitted(ctx, payoutRequested)).filter((d) => d.statementId === statement.id))
      await runPolicy(payStatement, ctx, data as never);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 2 });
    expect(partners.movedCents(`payout:${statement.id}`)).toBe(6_000n);
    expect(await owed(workerId)).toBe(0n);
  });

  test('a transfer that failed is sent again once the worker has confirmed other details by mail', async () => {
    const workerId = randomUUID();
    const me = as(ctx, worker(workerId));
    await joined(workerId);
    await end({ workerId });
    const statement = await stated(workerId);
    partners.behave('fails');
    await pay(statement);
    const change = (more = {}) => ({
      changeId: randomUUID(),
      name: 'Vasya the Elder',
      account: 'gh-00112233445566',
      ...more,
    });
    const link = async (changeId: string) => {
      const made = await makePayoutLink(ctx, { changeId });
      expect(await makePayoutLink(ctx, { changeId })).toBeNull();
      return made!.token;
    };
    await expect(requestPayoutChange(me, change({ account: 'DE12 3456' }))).rejects.toMatchObject({
      fields: { account: 'billing.not_an_account' },
    });
    const first = change();
    await requestPayoutChange(me, first);
    const old = await link(first.changeId);
    const second = change({ account: 'GH-99887766554433' });
    await requestPayoutChange(me, second);
    const token = await link(second.changeId);
    const before = await myPayoutDetails(me);
    expect(before.waiting?.account).toBe('•••• 4433');

    const notValid = { code: 'billing.link_not_valid' };
    await expect(confirmPayoutChange(me, { token: old })).rejects.toMatchObject(notValid);
    await expect(confirmPayoutChange(as(ctx, 'worker'), { token })).rejects.toMatchObject(notValid);
    const tomorrow = at(me, new Date(ctx.now.getTime() + 86_400_000));
    await expect(confirmPayoutChange(tomorrow, { token })).rejects.toMatchObject(notValid);
    expect(await readPayoutChange(as(ctx, 'worker'), token)).toBeNull();
    expect(await myPayoutDetails(me)).toEqual(before);

    for (let i = 0; i < 2; i++) await confirmPayoutChange(me, { token });
    expect(await myPayoutDetails(me)).toEqual({
      account: '•••• 4433',
      name: 'Vasya the Elder',
      isRefused: false,
      waiting: null,
    });
    const asked = (await emitted(ctx, payoutRequested)).filter((d) => d.statementId === statement.id);
    expect(asked).toMatchObject([{ attemptNo: 2 }]);
    for (let i = 0; i < 2; i++) await runPolicy(payStatement, ctx, asked[0] as never);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 2 });
    expect((await attemptsOf(statement.id))[1]).toMatchObject({ target: 'GH-99887766554433' });
    expect(partners.movedCents(`payout:${statement.id}`)).toBe(6_000n);
    for (let i = 0; i < 3; i++) await requestPayoutChange(me, change());
    await expect(requestPayoutChange(me, change())).rejects.toMatchObject({
      code: 'billing.too_many_changes',
    });
  });

  test('the link to confirm other details goes into the worker’s mail, once', async () => {
    const { accountId } = await createWorkerAccount(ctx, {
      applicationId: randomUUID(),
      name: 'Ryzhik',
      email: 'ryzhik@mcf.example',
      locale: 'en',
      characteristics: {},
    });
    const me = as(ctx, worker(accountId));
    const changeId = randomUUID();
    await requestPayoutChange(me, { changeId, name: 'Ryzhik', account: 'GH-55556666' });
    for (let i = 0; i < 2; i++) await runPolicy(mailPayoutLink, ctx, { changeId, workerId: accountId });
    const mailed = await ctx.db.select().from(messages).where(eq(messages.kind, 'payout_details'));
    expect(mailed).toMatchObject([{ email: 'ryzhik@mcf.example', inApp: false, mailState: 'pending' }]);
    expect(mailed[0]!.params).toMatchObject({ account: '•••• 6666' });
    await confirmPayoutChange(me, { token: mailed[0]!.link!.split('/').at(-1) });
    expect((await myPayoutDetails(me)).account).toBe('•••• 6666');
  });

  test('a transfer that failed and arrived after all is posted once; a webhook is a hint', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    await end({ workerId });
    const statement = await stated(workerId);
    partners.behave('says_failed_then_succeeded');
    await pay(statement);
    const key = `payout:${statement.id}:1`;
    partners.decide(key, 'succeeded');
    for (let i = 0; i < 2; i++) await runPolicy(receiveGoldenHatNotice, ctx, notice(key));
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid' });
    expect(await owed(workerId)).toBe(0n);
    expect(await balanceOf(ctx, accountId('people', 'in_transit'))).toBe(0n);
  });

  /** Pays a statement by two transfers: the first failed, the second is under way. */
  async function secondUnderWay() {
    const workerId = randomUUID();
    await joined(workerId);
    await end({ workerId });
    const statement = await stated(workerId);
    partners.behave('fails', 'pends');
    await pay(statement);
    await retryPayout(as(ctx, 'billing'), { statementId: statement.id });
    const [asked] = (await emitted(ctx, payoutRequested)).filter((d) => d.statementId === statement.id);
    await runPolicy(payStatement, ctx, asked as never);
    const hear = async (no: number, status: 'succeeded' | 'failed' | 'returned') => {
      const key = `payout:${statement.id}:${no}`;
      partners.decide(key, status);
      for (let i = 0; i < 2; i++) await runPolicy(receiveGoldenHatNotice, ctx, notice(key));
    };
    const money = () => myMoney(as(ctx, worker(workerId)));
    return { workerId, statement, hear, money };
  }

  test.each(['the first is late', 'the second is quicker'])(
    'a worker who was paid twice (%s) is told, and the next statement takes the second back',
    async (which) => {
      const { workerId, statement, hear, money } = await secondUnderWay();
      for (const no of which === 'the first is late' ? [1, 2] : [2, 1]) await hear(no, 'succeeded');
      expect(partners.movedCents(`payout:${statement.id}`)).toBe(12_000n);
      expect(await statementNow(statement.id)).toMatchObject({ state: 'paid' });
      expect(await owed(workerId)).toBe(-6_000n);
      expect(await money()).toMatchObject({ takenBackCents: -6_000n, expectedCents: -6_000n });
      const told = (await emitted(ctx, payoutDoubled)).filter((data) => data.workerId === workerId);
      expect(told).toHaveLength(1);

      // A month that does not cover it carries the rest over, like any negative month.
      await end({ workerId, costCents: 5_000n, endedAt: '2026-04-10T09:00:00Z' });
      const april = await stated(workerId, '2026-04', '2026-04-30T16:01:00Z');
      expect(april).toMatchObject({ amountCents: -3_000n, state: 'carried_over' });
      await end({ workerId, endedAt: '2026-05-10T09:00:00Z' });
      const may = await stated(workerId, '2026-05', '2026-05-31T16:01:00Z');
      expect(may).toMatchObject({ amountCents: 3_000n, carriedCents: -3_000n });
      await pay(may, '2026-05-31T16:02:00Z');
      expect(await owed(workerId)).toBe(0n);
      expect(await balanceOf(ctx, accountId('people', 'in_transit'))).toBe(0n);
      const moved = [statement.id, april.id, may.id].map((id) => partners.movedCents(`payout:${id}`));
      expect(moved.reduce((sum, cents) => sum + cents, 0n)).toBe(15_000n);
    },
  );

  test('a second transfer that fails after the first arrived late is nobody’s trouble', async () => {
    const { workerId, statement, hear, money } = await secondUnderWay();
    await hear(1, 'succeeded');
    const told = (await emitted(ctx, payoutFailed)).length;
    await hear(2, 'failed');
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid' });
    expect(await owed(workerId)).toBe(0n);
    expect((await money()).takenBackCents).toBe(0n);
    expect((await emitted(ctx, payoutFailed)).length).toBe(told);
  });

  test('one of two transfers that comes back settles the double payment', async () => {
    const { workerId, statement, hear, money } = await secondUnderWay();
    await hear(1, 'succeeded');
    await hear(2, 'succeeded');
    await hear(1, 'returned');
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid' });
    expect(await owed(workerId)).toBe(0n);
    expect(await money()).toMatchObject({ takenBackCents: 0n, expectedCents: 0n });
    expect(partners.movedCents(`payout:${statement.id}`)).toBe(6_000n);
  });

  test('a payout that came back after it had arrived is owed again, and sent once the worker has confirmed details', async () => {
    const workerId = randomUUID();
    const me = as(ctx, worker(workerId));
    await joined(workerId);
    await end({ workerId });
    const statement = await stated(workerId);
    await pay(statement);
    const key = `payout:${statement.id}:1`;
    partners.decide(key, 'returned');
    for (let i = 0; i < 3; i++) await runPolicy(receiveGoldenHatNotice, ctx, notice(key));
    expect(await statementNow(statement.id)).toMatchObject({
      state: 'failed',
      paidAt: null,
      nextAttemptAt: null,
    });
    expect(await owed(workerId)).toBe(6_000n);
    expect((await attemptsOf(statement.id))[0]).toMatchObject({
      state: 'returned',
      failureCode: 'account_closed',
    });
    expect(
      (await emitted(ctx, payoutReturned)).filter((data) => data.statementId === statement.id),
    ).toMatchObject([{ failureCode: 'account_closed' }]);
    expect((await myMoney(me)).statements[0]).toMatchObject({ lastAttempt: { state: 'returned' } });

    const changeId = randomUUID();
    await requestPayoutChange(me, { changeId, name: 'Vasya', account: 'GH-12341234' });
    const { token } = (await makePayoutLink(ctx, { changeId }))!;
    await confirmPayoutChange(me, { token });
    const [asked] = (await emitted(ctx, payoutRequested)).filter((d) => d.statementId === statement.id);
    for (let i = 0; i < 2; i++) await runPolicy(payStatement, ctx, asked as never);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 2 });
    expect(await owed(workerId)).toBe(0n);
    expect(partners.movedCents(`payout:${statement.id}`)).toBe(6_000n);
  });
});

describe('a bonus [US-270]', () => {
  const bonus = (workerId: string, more = {}) => ({
    bonusId: randomUUID(),
    workerId,
    amount: '40',
    reason: 'For the window',
    ...more,
  });

  test('keeps who and why, and a double click gives it once', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    const manager = as(ctx, 'manager');
    const given = bonus(workerId);
    await Promise.all([giveBonus(manager, given), giveBonus(manager, given)]);
    await giveBonus(at(manager, '2026-03-03T00:00:00Z'), given);
    for (const other of [{ amount: '41' }, { reason: 'For the door' }])
      await expect(giveBonus(manager, { ...given, ...other })).rejects.toMatchObject({
        code: 'billing.recorded_otherwise',
      });
    expect(await owed(workerId)).toBe(4_000n);
    const { items: mine } = await myMoney(as(ctx, worker(workerId)));
    expect(mine).toMatchObject([
      { amountCents: 4_000n, details: { reason: 'For the window', byId: manager.actor.id } },
    ]);
  });

  test('above the sum of the setting is given once another manager agrees', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    await changeSetting(as(ctx, 'manager'), 'bonus_alone_units', 100);
    try {
      const [first, second] = [as(ctx, 'manager'), as(ctx, 'billing')];
      const large = bonus(workerId, { amount: '100.01' });
      for (let i = 0; i < 2; i++) expect(await giveBonus(first, large)).toEqual({ isProposed: true });
      expect(await owed(workerId)).toBe(0n);
      expect(
        (await emitted(ctx, bonusProposed)).filter((data) => data.bonusId === large.bonusId),
      ).toHaveLength(1);
      expect((await listBonusProposals(second)).rows.map(({ id }) => id)).toEqual([large.bonusId]);
      await expect(giveBonus(first, { ...large, amount: '200' })).rejects.toMatchObject({
        code: 'billing.recorded_otherwise',
      });
      const agree = { bonusId: large.bonusId, decision: 'given' };
      await expect(decideBonus(first, agree)).rejects.toMatchObject({
        code: 'billing.second_manager_needed',
      });
      await Promise.all([decideBonus(second, agree), decideBonus(second, agree)]);
      expect(await owed(workerId)).toBe(10_001n);
      expect((await listBonuses(second)).find(({ amountCents }) => amountCents === 10_001n)).toMatchObject({
        byId: first.actor.id,
        agreedById: second.actor.id,
      });
      await expect(decideBonus(first, { ...agree, decision: 'declined' })).rejects.toMatchObject({
        code: 'billing.not_open',
      });

      const withdrawn = bonus(workerId, { amount: '500' });
      await giveBonus(first, withdrawn);
      await decideBonus(first, { bonusId: withdrawn.bonusId, decision: 'declined' });
      expect(await listBonusProposals(second)).toEqual({ rows: [], total: 0 });
      const decided = await listBonusProposals(second, { decided: true });
      expect(decided.rows.map(({ id, decision }) => [id, decision])).toEqual(
        expect.arrayContaining([
          [withdrawn.bonusId, 'declined'],
          [large.bonusId, 'given'],
        ]),
      );
      expect(await giveBonus(first, bonus(workerId, { amount: '100' }))).toEqual({ isProposed: false });
      expect(await owed(workerId)).toBe(20_001n);
    } finally {
      await changeSetting(as(ctx, 'manager'), 'bonus_alone_units', 1_000_000);
    }
  });

  test('needs a reason, a sum above zero, a worker, and a manager', async () => {
    const workerId = randomUUID();
    await joined(workerId);
    const manager = as(ctx, 'manager');
    for (const wrong of [
      { reason: ' ' },
      { amount: '0' },
      { amount: '-5' },
      { amount: 'ten' },
      { amount: '1000000.01' },
    ])
      await expect(giveBonus(manager, bonus(workerId, wrong))).rejects.toMatchObject({ code: 'invalid' });
    await expect(giveBonus(manager, bonus(randomUUID()))).rejects.toMatchObject({
      code: 'billing.not_found',
    });
    await expect(giveBonus(as(ctx, worker(workerId)), bonus(workerId))).rejects.toMatchObject({
      code: 'not_allowed',
    });
    expect(await owed(workerId)).toBe(0n);
  });

  test('a penalty is waived once, with a reason', async () => {
    const order = await end({ outcome: 'failed' });
    const manager = as(ctx, 'manager');
    const waive = () => waivePenalty(manager, { orderId: order.orderId, reason: 'The lift was stuck' });
    expect(await penaltyOf(manager, order.orderId)).toEqual({
      workerId: order.workerId,
      amountCents: 4_000n,
      waived: null,
    });
    for (const other of [client(order.clientId), worker(order.workerId!)]) {
      const theirs = as(ctx, other);
      await expect(
        waivePenalty(theirs, { orderId: order.orderId, reason: 'Please do' }),
      ).rejects.toMatchObject({ code: 'not_allowed' });
      await expect(penaltyOf(theirs, order.orderId)).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await waive()).toEqual({ isWaivedNow: true });
    expect(await waive()).toEqual({ isWaivedNow: false });
    expect(await penaltyOf(manager, order.orderId)).toMatchObject({
      amountCents: 4_000n,
      waived: { byId: manager.actor.id, reason: 'The lift was stuck', at: manager.now },
    });
    expect(await owed(order.workerId)).toBe(0n);
    const completed = await end();
    expect(await penaltyOf(manager, completed.orderId)).toBeNull();
    await expect(
      waivePenalty(as(ctx, 'manager'), { orderId: completed.orderId, reason: 'No' }),
    ).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(
      waivePenalty(as(ctx, 'manager'), { orderId: completed.orderId, reason: 'No penalty here' }),
    ).rejects.toMatchObject({ code: 'billing.no_penalty' });
  });
});

describe('a day compared with the partners’ lists', () => {
  const day = '2028-02-10';
  const noon = '2028-02-10T11:00:00Z';
  const nextDay = new Date('2028-02-11T00:30:00Z');
  async function reconcile() {
    const now = at(ctx, nextDay);
    await runPolicy(reconcilePartners, now, {});
    const asked = (await emitted(ctx, reconciliationRequested)).filter((data) => data.day === day);
    for (const data of asked) await runPolicy(reconcilePartner, now, data as never);
    return asked;
  }
  const open = async () =>
    new Map((await listDiscrepancies(as(ctx, 'billing'))).rows.map((found) => [found.key, found]));

  test('leaves open what one side alone has moved, and heals what only was not known yet', async () => {
    await ctx.db.insert(reconciliations).values(
      (['charge', 'payout'] as const).map((purpose) => ({
        id: randomUUID(),
        purpose,
        day: '2028-02-09',
        fromAt: new Date('2028-02-08T23:00:00Z'),
        toAt: new Date('2028-02-09T23:00:00Z'),
        startedAt: ctx.now,
        finishedAt: ctx.now,
      })),
    );
    partners.setNow(new Date(noon));
    const charged = async (behaviour: 'succeeds' | 'fails' | 'pends') => {
      const { clientId } = await end({ endedAt: '2028-02-08T09:00:00Z' });
      const invoice = await invoiced(clientId, '2028-02-13', noon);
      partners.behave(behaviour);
      await charge(invoice, noon);
      return { id: invoice.id, key: `charge:${invoice.id}:1` };
    };
    const fine = await charged('succeeds');
    await charged('fails');
    const late = await charged('pends');
    const lost = await charged('succeeds');
    const other = await charged('succeeds');
    partners.decide(late.key, 'succeeded');
    partners.forget(lost.key);
    partners.forget(other.key);
    partners.invent('/charges', other.key, '10001');
    partners.invent('/charges', 'charge:nobody:1', '700');

    await reconcile();
    const found = await open();
    expect([...found.values()].map(({ key, kind }) => [key, kind]).sort()).toEqual(
      [
        [lost.key, 'ours_only'],
        [other.key, 'differs'],
        ['charge:nobody:1', 'theirs_only'],
      ].sort(),
    );
    expect(await invoiceNow(late.id)).toMatchObject({ state: 'paid' });
    const { rows } = await listReconciliations(as(ctx, 'billing'));
    const row = rows.find((each) => each.day === day && each.purpose === 'charge');
    expect(row).toMatchObject({ matchedCount: 3, matchedCents: 20_000n, openCount: 3, finishedAt: nextDay });
    expect((await attemptsOf(fine.id))[0]!.matchedAt).not.toBeNull();
    const told = (await emitted(ctx, discrepancyFound)).filter((data) => data.day === day);
    expect(told).toMatchObject([{ purpose: 'charge', count: 3 }]);

    // Done twice it counts once.
    for (const data of await reconcile()) await runPolicy(reconcilePartner, at(ctx, nextDay), data as never);
    expect((await listReconciliations(as(ctx, 'billing'))).rows.find(({ id }) => id === row!.id)).toEqual(
      row,
    );

    // The partner finds it after all: the next look ends the discrepancy by itself.
    partners.invent('/charges', lost.key, '10000');
    await lookAgain(as(ctx, 'billing'), { key: lost.key });
    await runPolicy(compareDiscrepancyAgain, ctx, { key: lost.key });
    expect((await open()).has(lost.key)).toBe(false);

    const resolution = { key: 'charge:nobody:1', resolution: 'Another shop’s charge; they took it back' };
    await expect(resolveDiscrepancy(as(ctx, 'manager'), resolution)).rejects.toMatchObject({
      code: 'not_allowed',
    });
    await resolveDiscrepancy(as(ctx, 'billing'), resolution);
    await expect(resolveDiscrepancy(as(ctx, 'billing'), resolution)).rejects.toMatchObject({
      code: 'billing.not_open',
    });
    await reconcilePage(at(ctx, nextDay), { purpose: 'charge', day, after: null });
    expect([...(await open()).keys()]).toEqual([other.key]);
    // What a person has resolved comes up again when it has changed since.
    partners.decide('charge:nobody:1', 'failed');
    await reconcilePage(at(ctx, nextDay), { purpose: 'charge', day, after: '3' });
    expect((await open()).get('charge:nobody:1')).toMatchObject({ theirStatus: 'failed', resolution: null });
    await resolveDiscrepancy(as(ctx, 'billing'), resolution);

    // Each further day looks again at what earlier ones left open.
    partners.invent('/charges', other.key, '10000');
    await compareOpen(ctx, { purpose: 'payout' });
    expect((await open()).size).toBe(1);
    await compareOpen(ctx, { purpose: 'charge' });
    expect((await open()).size).toBe(0);
  });

  /** Days before are compared already; answers the policies' runs for each day that is due at `now`. */
  async function reconcileUntil(now: Date) {
    await runPolicy(reconcilePartners, at(ctx, now), {});
    const { rows } = await listReconciliations(as(ctx, 'billing'), { limit: 500 });
    for (const row of rows.filter(({ finishedAt }) => !finishedAt).reverse())
      await runPolicy(reconcilePartner, at(ctx, now), { purpose: row.purpose, day: row.day } as never);
  }

  test('finds what became of money days later, also when no notice ever came', async () => {
    const { workerId } = await end({ endedAt: '2028-02-08T09:00:00Z' });
    const statement = await stated(workerId, '2028-02', '2028-02-14T11:00:00Z');
    partners.setNow(new Date('2028-02-14T11:00:00Z'));
    await joined(workerId);
    await pay(statement, '2028-02-14T11:00:00Z');
    const { clientId } = await end({ endedAt: '2028-02-08T09:00:00Z' });
    const invoice = await invoiced(clientId, '2028-02-13', '2028-02-14T11:00:00Z');
    partners.behave('fails');
    await charge(invoice, '2028-02-14T11:00:00Z');
    await reconcileUntil(new Date('2028-02-15T00:30:00Z'));
    expect((await attemptsOf(statement.id))[0]).toMatchObject({ state: 'succeeded' });
    expect((await attemptsOf(statement.id))[0]!.matchedAt).not.toBeNull();

    partners.setNow(new Date('2028-02-19T11:00:00Z'));
    partners.decide(`payout:${statement.id}:1`, 'returned');
    partners.decide(`charge:${invoice.id}:1`, 'succeeded');
    await reconcileUntil(new Date('2028-02-20T00:30:00Z'));
    expect((await attemptsOf(statement.id))[0]).toMatchObject({ state: 'returned' });
    expect(await owed(workerId)).toBe(statement.amountCents);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    const { rows } = await listReconciliations(as(ctx, 'billing'), { limit: 500 });
    for (const purpose of ['charge', 'payout'])
      expect(rows.find((row) => row.purpose === purpose && row.day === '2028-02-19')).toMatchObject({
        matchedCount: 1,
        openCount: 0,
      });
  });

  test('goes on in a further run when the list is long, and leaves none of it out', async () => {
    partners.setNow(new Date('2028-02-21T11:00:00Z'));
    const keys = Array.from({ length: 310 }, (_, n) => `charge:stranger-${n}:1`);
    for (const key of keys) partners.invent('/charges', key, '100');
    const now = at(ctx, new Date('2028-02-22T00:30:00Z'));
    await runPolicy(reconcilePartners, now, {});
    const first = { purpose: 'charge', day: '2028-02-21' };
    await runPolicy(reconcilePartner, now, first as never);
    const rest = (await emitted(ctx, reconciliationRequested)).filter((data) => data.after);
    expect(rest).toMatchObject([first]);
    for (const data of rest) await runPolicy(reconcilePartner, now, data as never);
    const [row] = (await listReconciliations(as(ctx, 'billing'))).rows.filter(
      (each) => each.day === '2028-02-21' && each.purpose === 'charge',
    );
    expect(row).toMatchObject({ openCount: 310 });
    expect(row!.finishedAt).not.toBeNull();
  });

  test('whose list was compared by an earlier run goes on with the tries that no list had', async () => {
    const later = '2028-03-06T11:00:00Z';
    partners.setNow(new Date(later));
    const lost: { id: string; key: string }[] = [];
    for (let i = 0; i < 2; i++) {
      const { clientId } = await end({ endedAt: '2028-03-04T09:00:00Z' });
      const invoice = await invoiced(clientId, '2028-03-05', later);
      await charge(invoice, later);
      const [attempt] = await attemptsOf(invoice.id);
      partners.forget(attempt!.key);
      lost.push(attempt!);
    }
    lost.sort((a, b) => (a.id < b.id ? -1 : 1));
    const now = at(ctx, new Date('2028-03-07T00:30:00Z'));
    await runPolicy(reconcilePartners, now, {});
    partners.asked.length = 0;
    const rest = { purpose: 'charge', day: '2028-03-06', unseenAfter: lost[0]!.id };
    await runPolicy(reconcilePartner, now, rest as never);
    expect(partners.asked).toEqual(['GET /charges']);
    expect((await open()).has(lost[0]!.key)).toBe(false);
    expect((await open()).get(lost[1]!.key)).toMatchObject({ kind: 'ours_only', day: '2028-03-06' });
  });

  test('is not ended by a partner that gives no list', async () => {
    partners.goDown(true);
    await expect(
      reconcilePage(
        { ...ctx, actor: { kind: 'system', id: 'test' } },
        { purpose: 'charge', day, after: null },
      ),
    ).rejects.toThrow(/no list/);
  });
});

test('somebody else’s invoice, statement and method are not found', async () => {
  const order = await end();
  const invoice = await invoiced(order.clientId);
  const statement = await stated(order.workerId);
  const notFound = { code: 'billing.not_found' };
  await expect(readInvoice(as(ctx, 'client'), invoice.id)).rejects.toMatchObject(notFound);
  await expect(readInvoice(as(ctx, 'client'), 'x')).rejects.toMatchObject(notFound);
  await expect(payInvoice(as(ctx, 'client'), { invoiceId: invoice.id })).rejects.toMatchObject(notFound);
  await expect(readStatement(as(ctx, 'worker'), statement.id)).rejects.toMatchObject(notFound);
  await expect(readEntries(as(ctx, 'manager'), { accounts: ['betting:pool'] })).rejects.toMatchObject(
    notFound,
  );
  await expect(readEntries(as(ctx, 'client'), { accounts: ['clients:bank'] })).rejects.toMatchObject({
    code: 'not_allowed',
  });
  expect((await readInvoice(as(ctx, 'manager'), invoice.id)).invoice.id).toBe(invoice.id);
});

test('what clients owe by age is what the ledger says they owe, client by client', async () => {
  const { clientId } = await end({ endedAt: '2026-03-04T12:00:00Z' });
  const old = await invoiced(clientId);
  await end({ clientId, endedAt: '2026-03-10T12:00:00Z', costCents: 700n });
  const manager = at(as(ctx, 'manager'), new Date(old.issuedAt.getTime() + 31 * 86_400_000));
  const { rows, sums, total } = await receivables(manager, { limit: 100_000 });
  expect(rows.find((row) => row.clientId === clientId)).toEqual({
    clientId,
    cents: { open: 700n, week: 0n, fortnight: 0n, month: 0n, older: 10_000n },
    totalCents: 10_700n,
  });
  expect(total).toBe(rows.length);
  expect(rows.reduce((sum, row) => sum + row.totalCents, 0n)).toBe(sums.totalCents);
  // Those of the close without a ledger have items only.
  const posted = rows.filter((row) => row.totalCents !== 10_000n || row.clientId === clientId).slice(0, 60);
  for (const row of posted)
    expect([row.clientId, await receivable(row.clientId)]).toEqual([row.clientId, row.totalCents]);
  await expect(receivables(as(ctx, client(clientId)))).rejects.toMatchObject({ code: 'not_allowed' });
});

test('revenue and cost are counted in the week in which orders ended', async () => {
  const workerId = randomUUID();
  await joined(workerId);
  // Sundays at 18:00 in Berlin: the 9th and the 16th of May 2027.
  await end({ workerId, costCents: 10_000n, priceCents: 9_500n, endedAt: '2027-05-09T15:59:59Z' });
  await end({ workerId, outcome: 'failed', endedAt: '2027-05-09T16:00:00Z' });
  await giveBonus(at(as(ctx, 'manager'), '2027-05-16T15:59:59Z'), {
    bonusId: randomUUID(),
    workerId,
    amount: '5',
    reason: 'For the clock',
  });
  const weeks = await weeklyFigures(at(as(ctx, 'manager'), '2027-05-16T17:00:00Z'), { weeksCount: 3 });
  expect(weeks.map(({ period, revenueCents, costCents }) => [period, revenueCents, costCents])).toEqual([
    ['2027-05-23', 0n, 0n],
    ['2027-05-16', 10_000n, -3_500n],
    ['2027-05-09', 9_500n, 6_000n],
  ]);
});

test('an invoice’s event carries what the next policy needs', async () => {
  const { clientId } = await end();
  const invoice = await invoiced(clientId);
  expect((await emitted(ctx, invoiceIssued)).find((data) => data.invoiceId === invoice.id)).toEqual({
    invoiceId: invoice.id,
    clientId,
    amountCents: '10000',
  });
  expect((await emitted(ctx, statementIssued)).every((data) => typeof data.amountCents === 'string')).toBe(
    true,
  );
});

describe('whatever happens', () => {
  const event = fc.record({
    who: fc.nat(2),
    by: fc.nat(2),
    what: fc.constantFrom(
      'completed',
      'failed',
      'cancelled',
      'unpriced',
      'bonus',
      'replay',
      'week',
      'month' as const,
    ),
    costCents: fc.bigInt({ min: 1n, max: 2_000_000n }),
    percent: fc.constantFrom(0, 5, 6, 12),
    behaviour: fc.constantFrom('succeeds', 'fails', 'silent_after', 'silent_before', 'pends' as const),
  });

  test('the books equal plain arithmetic, each order is billed once, and partners moved what the books say', async () => {
    let week = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 30 }), async (events) => {
        const clients = [randomUUID(), randomUUID(), randomUUID()];
        const workers = [randomUUID(), randomUUID(), randomUUID()];
        for (const id of workers) await joined(id);
        const charged = new Map<string, bigint>();
        const credited = new Map<string, bigint>();
        const add = (map: Map<string, bigint>, id: string, amount: bigint) =>
          map.set(id, (map.get(id) ?? 0n) + amount);
        let last: Awaited<ReturnType<typeof end>> | undefined;
        partners.calm();
        for (const { who, by, what, costCents, percent, behaviour } of events) {
          const clientId = clients[who]!;
          const workerId = workers[by]!;
          // Each run of this property lives in weeks of its own, far from the other tests.
          const day = new Date(Date.parse('2027-01-04T09:00:00Z') + week * 7 * 86_400_000);
          const priceCents = costCents - (costCents * BigInt(percent) + 50n) / 100n;
          if (what === 'replay') await last?.again();
          else if (what === 'bonus') {
            const amount = `${costCents / 100n}.${(costCents % 100n).toString().padStart(2, '0')}`;
            await giveBonus(at(as(ctx, 'manager'), day), {
              bonusId: randomUUID(),
              workerId,
              amount,
              reason: 'Because',
            });
            add(credited, workerId, costCents);
          } else if (what === 'week') {
            week++;
            const now = at(ctx, new Date(day.getTime() + 7 * 86_400_000));
            const period = new Date(day.getTime() + 6 * 86_400_000).toISOString().slice(0, 10);
            await requestClose(now, { kind: 'week', period });
            await runPolicy(closeWeek, now, { periodEnd: period });
            partners.behave(behaviour);
            for (const id of clients) {
              const open = await ctx.db
                .select()
                .from(invoices)
                .where(and(eq(invoices.clientId, id), eq(invoices.state, 'issued')));
              for (const invoice of open) await charge(invoice, now.now.toISOString());
            }
          } else if (what === 'month') {
            const now = at(ctx, day);
            const period = day.toISOString().slice(0, 7);
            await requestClose(now, { kind: 'month', period });
            await runPolicy(closeMonth, now, { month: period });
            partners.behave(behaviour);
            for (const id of workers) {
              const open = await ctx.db
                .select()
                .from(statements)
                .where(and(eq(statements.workerId, id), eq(statements.state, 'issued')));
              for (const statement of open) await pay(statement, now.now.toISOString());
            }
          } else if (what === 'unpriced') {
            last = await end({
              outcome: 'cancelled',
              clientId,
              workerId: null,
              costCents: null,
              endedAt: day.toISOString(),
            });
          } else {
            last = await end({
              outcome: what,
              clientId,
              workerId,
              costCents,
              priceCents,
              endedAt: day.toISOString(),
            });
            add(charged, clientId, priceCents);
            if (what === 'completed') add(credited, workerId, (costCents * 60n + 50n) / 100n);
            if (what === 'failed') add(credited, workerId, -4_000n);
          }
        }
        for (const id of clients) {
          const paid = await paidBy(id);
          expect(await receivable(id)).toBe((charged.get(id) ?? 0n) - paid);
        }
        for (const id of workers) {
          const { confirmed, inTransit } = await paidTo(id);
          expect(await owed(id)).toBe((credited.get(id) ?? 0n) - confirmed - inTransit);
        }
        for (const book of ['clients', 'people'] as const)
          expect((await trialBalance(ctx, book)).reduce((sum, row) => sum + row.balanceCents, 0n)).toBe(0n);
        week++;
      }),
      { numRuns: 12, seed: 20261121 },
    );
    expect((await verifyLedger(ctx)).problems).toEqual([]);
  }, 120_000);

  /** What the gateway itself says it took: the books must agree. */
  async function paidBy(clientId: string) {
    const mine = await ctx.db.select().from(attempts).where(eq(attempts.partyId, clientId));
    let total = 0n;
    for (const { key, state, amountCents } of mine) {
      expect(partners.movedCents(key)).toBe(state === 'succeeded' ? amountCents : 0n);
      total += partners.movedCents(key);
    }
    return total;
  }

  async function paidTo(workerId: string) {
    const mine = await ctx.db.select().from(attempts).where(eq(attempts.partyId, workerId));
    let confirmed = 0n;
    let inTransit = 0n;
    for (const { key, state, amountCents } of mine) {
      confirmed += partners.movedCents(key);
      if (state !== 'succeeded' && state !== 'failed') inTransit += amountCents;
    }
    return { confirmed, inTransit };
  }
});
