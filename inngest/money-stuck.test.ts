import { randomUUID } from 'node:crypto';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attempts, invoices, statements } from '#db/schema/billing.ts';
import { audit } from '#db/schema/kernel.ts';
import {
  addPaymentMethod,
  askAllAgain,
  chargeFailed,
  chargeRequested,
  clientPaused,
  confirmPayoutChange,
  grantRefund,
  isPaused,
  listParked,
  makePayoutLink,
  myAccount,
  myPaymentMethods,
  myPayoutDetails,
  payInvoice,
  payoutFailed,
  payoutRequested,
  refundRequested,
  requestClose,
  requestPayoutChange,
  retryPayout,
  settleParked,
} from '#lib/billing/index.ts';
import { startPartners } from '#lib/billing/testing.ts';
import { type Actor, type Ctx, uuidv7 } from '#lib/kernel/ctx.ts';
import { as, at, emitted, freshDatabase, runPolicy, testCtx } from '#lib/kernel/testing.ts';
import { accountId, balanceOf } from '#lib/ledger/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { chaseMoney } from './chase-money.ts';
import { closeMonth } from './close-month.ts';
import { closeWeek } from './close-week.ts';
import { openPaymentMethodPolicy } from './open-payment-method.ts';
import { openPayoutAccountPolicy } from './open-payout-account.ts';
import { payStatement } from './pay-statement.ts';
import { postEndedOrderPolicy } from './post-ended-order.ts';
import { receiveGoldenHatNotice } from './receive-golden-hat-notice.ts';
import { sendRefundPolicy } from './send-refund.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let partners: Awaited<ReturnType<typeof startPartners>>;
let ctx: Ctx;
beforeAll(async () => {
  [database, partners] = await Promise.all([freshDatabase(), startPartners()]);
  // Monday, 2 March 2026, 10:00 in Berlin; the week's Sunday is the 8th.
  ctx = { ...testCtx(database.db), newId: () => uuidv7(new Date()) };
});
afterAll(async () => {
  await partners.stop();
  await database.close();
});
beforeEach(() => partners.calm());

const afterSunday = '2026-03-08T17:01:00Z';
const afterMonth = '2026-03-31T16:01:00Z';
const client = (id: string): Actor => ({ kind: 'account', id, roles: ['client'] });
const worker = (id: string): Actor => ({ kind: 'account', id, roles: ['worker'] });
const billing = () => as(ctx, 'billing');
const owing = (clientId: string) => balanceOf(ctx, accountId('clients', 'receivable', clientId));
const owed = async (workerId: string) => -(await balanceOf(ctx, accountId('people', 'payable', workerId)));

/** An order over 100.00 has ended, of which the worker earns 60.00. */
async function ended(
  clientId: string = randomUUID(),
  workerId: string = randomUUID(),
  endedAt = '2026-03-04T12:00:00Z',
) {
  const data = {
    orderId: randomUUID(),
    clientId,
    workerId,
    requestNumber: 'R-1',
    serviceName: { en: 'Knocking glasses', ru: 'Сбросить стаканы' },
    costCents: '10000',
    priceCents: '10000',
    endedAt,
    endedBy: { kind: 'system', id: 'test' },
    reason: null,
  };
  await runPolicy(postEndedOrderPolicy, ctx, data as never, { eventName: 'ordering/order.completed' });
  return { clientId, workerId };
}
async function invoiced() {
  const { clientId } = await ended();
  await requestClose(at(ctx, afterSunday), { kind: 'week', period: '2026-03-08' });
  await runPolicy(closeWeek, at(ctx, afterSunday), { periodEnd: '2026-03-08' });
  const [invoice] = await ctx.db.select().from(invoices).where(eq(invoices.clientId, clientId));
  return invoice!;
}
async function stated({ hasJoined = true } = {}) {
  const { workerId } = await ended();
  if (hasJoined)
    await runPolicy(openPayoutAccountPolicy, ctx, {
      accountId: workerId,
      name: 'Vasya',
      characteristics: {},
    });
  await requestClose(at(ctx, afterMonth), { kind: 'month', period: '2026-03' });
  await runPolicy(closeMonth, at(ctx, afterMonth), { month: '2026-03' });
  const [statement] = await ctx.db.select().from(statements).where(eq(statements.workerId, workerId));
  return statement!;
}
const charge = ({ id, clientId, amountCents }: typeof invoices.$inferSelect, attemptNo = 1) =>
  runPolicy(chargeInvoice, at(ctx, afterSunday), {
    invoiceId: id,
    clientId,
    amountCents: amountCents.toString(),
    attemptNo,
  });
const pay = ({ id, workerId, amountCents }: typeof statements.$inferSelect, attemptNo = 1) =>
  runPolicy(payStatement, at(ctx, afterMonth), {
    statementId: id,
    workerId,
    amountCents: amountCents.toString(),
    attemptNo,
  });
const invoiceNow = async (id: string) =>
  (await ctx.db.select().from(invoices).where(eq(invoices.id, id)))[0]!;
const statementNow = async (id: string) =>
  (await ctx.db.select().from(statements).where(eq(statements.id, id)))[0]!;
const attemptsOf = (documentId: string) =>
  ctx.db.select().from(attempts).where(eq(attempts.documentId, documentId)).orderBy(attempts.attemptNo);
const told = async (event: Parameters<typeof emitted>[1], id: string) =>
  (await emitted(ctx, event)).filter((data) => Object.values(data).includes(id)).length;
const notice = (key: string) => ({
  deliveryId: randomUUID(),
  type: 'charge.succeeded',
  data: { id: 'x', idempotencyKey: key, status: 'succeeded' },
});
/** There are no orders here, only what became of them. */
const problems = async () =>
  (await verifyMoney(billing())).problems.filter(({ code }) => code !== 'billed_without_order');

/** The partner has something else under our key: asking says the same for ever. */
async function conflicting(purpose: 'charge' | 'payout') {
  const document = purpose === 'charge' ? await invoiced() : await stated();
  partners.invent(purpose === 'charge' ? '/charges' : '/transfers', `${purpose}:${document.id}:1`, '1');
  if ('clientId' in document) await charge(document);
  else await pay(document);
  const [parked] = await attemptsOf(document.id);
  expect(parked).toMatchObject({ state: 'parked', failureCode: 'key_conflict' });
  return { document, attemptId: parked!.id, key: parked!.key };
}

describe('a movement of money that no asking ends', () => {
  const reason = 'Told by telephone by Mrs. Till, statement 17/3';

  test('is booked as succeeded when a manager of billing knows it from the partner, once, with the reason', async () => {
    const { document, attemptId } = await conflicting('charge');
    await settleParked(billing(), { attemptId, outcome: 'succeeded', reason });
    expect(await invoiceNow(document.id)).toMatchObject({ state: 'paid' });
    expect(await attemptsOf(document.id)).toMatchObject([{ state: 'succeeded', nextAskAt: null }]);
    expect(await owing((document as typeof invoices.$inferSelect).clientId)).toBe(0n);
    const [entry] = await ctx.db
      .select()
      .from(audit)
      .where(and(eq(audit.verb, 'settleParked'), eq(audit.subjectId, attemptId)));
    expect(entry).toMatchObject({ why: reason, data: { outcome: 'succeeded' } });
    await expect(settleParked(billing(), { attemptId, outcome: 'failed', reason })).rejects.toMatchObject({
      code: 'billing.not_parked',
    });
    expect(await invoiceNow(document.id)).toMatchObject({ state: 'paid' });
  });

  test('is booked as failed: a charge is told and tried again under the next key, a payout is owed again', async () => {
    const taken = await conflicting('charge');
    await settleParked(at(billing(), afterSunday), { attemptId: taken.attemptId, outcome: 'failed', reason });
    const failed = await invoiceNow(taken.document.id);
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.nextAttemptAt!.getTime() - failed.issuedAt.getTime()).toBe(86_400_000);
    expect(await told(chargeFailed, failed.id)).toBe(1);
    await charge(failed, 2);
    expect(await invoiceNow(failed.id)).toMatchObject({ state: 'paid', attemptsCount: 2 });
    expect(await attemptsOf(failed.id)).toMatchObject([
      { state: 'failed', failureCode: 'settled_by_person' },
      { state: 'succeeded' },
    ]);

    const sent = await conflicting('payout');
    const { workerId } = sent.document as typeof statements.$inferSelect;
    expect(await owed(workerId)).toBe(0n);
    await settleParked(billing(), { attemptId: sent.attemptId, outcome: 'failed', reason });
    expect(await statementNow(sent.document.id)).toMatchObject({ state: 'failed', nextAttemptAt: null });
    expect(await owed(workerId)).toBe(6_000n);
    expect(await told(payoutFailed, sent.document.id)).toBe(1);
    expect(await problems()).toEqual([]);
  });

  test('that was booked as failed and has succeeded after all is healed by the partner’s notice', async () => {
    const { document, attemptId, key } = await conflicting('payout');
    const { workerId } = document as typeof statements.$inferSelect;
    await settleParked(billing(), { attemptId, outcome: 'failed', reason });
    // The partner has put its list right.
    partners.forget(key);
    partners.invent('/transfers', key, '6000');
    for (let i = 0; i < 2; i++)
      await runPolicy(receiveGoldenHatNotice, ctx, { ...notice(key), type: 'transfer.confirmed' });
    expect(await statementNow(document.id)).toMatchObject({ state: 'paid' });
    expect(await owed(workerId)).toBe(0n);
    expect(await problems()).toEqual([]);
  });

  test('is booked for a refund too: what did not arrive lowers the next invoice', async () => {
    const invoice = await invoiced();
    await charge(invoice);
    const refundId = randomUUID();
    await grantRefund(billing(), {
      refundId,
      invoiceId: invoice.id,
      amount: '40',
      reason: 'Broken glass',
      way: 'back',
    });
    const [asked] = (await emitted(ctx, refundRequested)).filter((data) => data.refundId === refundId);
    const [attempt] = await attemptsOf(refundId);
    partners.invent('/refunds', attempt!.key, '1');
    await runPolicy(sendRefundPolicy, ctx, asked as never);
    await settleParked(billing(), { attemptId: attempt!.id, outcome: 'failed', reason });
    expect((await attemptsOf(refundId))[0]).toMatchObject({ state: 'failed' });
    expect((await myAccount(as(ctx, client(invoice.clientId)))).dueCents).toBe(-4_000n);
    expect(await problems()).toEqual([]);
  });

  test('is booked by nobody but billing, with a reason, and only while it is parked', async () => {
    const { attemptId } = await conflicting('charge');
    const told = { attemptId, outcome: 'succeeded', reason };
    for (const role of ['manager', 'client', 'worker'] as const)
      await expect(settleParked(as(ctx, role), told)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(settleParked(billing(), { ...told, reason: ' x ' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(settleParked(billing(), { ...told, outcome: 'returned' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(settleParked(billing(), { ...told, attemptId: randomUUID() })).rejects.toMatchObject({
      code: 'billing.not_found',
    });
    const pending = await invoiced();
    partners.behave('pends');
    await charge(pending);
    await expect(
      settleParked(billing(), { ...told, attemptId: (await attemptsOf(pending.id))[0]!.id }),
    ).rejects.toMatchObject({ code: 'billing.not_parked' });
    const both = await Promise.allSettled(
      (['succeeded', 'failed'] as const).map((outcome) => settleParked(billing(), { ...told, outcome })),
    );
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is asked about together with all the others by one click, and a second click asks for nothing more', async () => {
    const { attemptId, key } = await conflicting('charge');
    await expect(askAllAgain(as(ctx, 'manager'))).rejects.toMatchObject({ code: 'not_allowed' });
    const { total } = await listParked(billing());
    expect(await askAllAgain(billing())).toEqual({ count: total });
    expect(await askAllAgain(billing())).toEqual({ count: 0 });
    partners.forget(key);
    await runPolicy(chaseMoney, ctx, {});
    const [attempt] = await ctx.db.select().from(attempts).where(eq(attempts.id, attemptId));
    expect(attempt).toMatchObject({ state: 'succeeded' });
    expect((await listParked(billing())).rows.every(({ nextAskAt }) => nextAskAt === null)).toBe(true);
    const entries = await ctx.db
      .select()
      .from(audit)
      .where(eq(audit.verb, 'askAllAgain'))
      .orderBy(desc(audit.id));
    expect(entries).toMatchObject([{ data: { count: total } }]);
  });
});

describe('payroll that the gateway refuses', () => {
  const retry = async (invoiceId: string) => {
    const { nextAttemptAt, attemptsCount } = await invoiceNow(invoiceId);
    const due = at(ctx, nextAttemptAt!);
    await runPolicy(chaseMoney, due, {});
    const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoiceId);
    expect(asked).toMatchObject({ attemptNo: attemptsCount + 1 });
    for (let i = 0; i < 2; i++) await runPolicy(chargeInvoice, due, asked as never);
  };

  test('is a failed charge: told, retried on days 1, 3, 5, 7, 10, 14, then the client is paused; nothing is asked for', async () => {
    const invoice = await invoiced();
    partners.refuse(100);
    for (let i = 0; i < 2; i++) await charge(invoice);
    const days: number[] = [];
    for (let no = 1; no <= 6; no++) {
      const { state, nextAttemptAt } = await invoiceNow(invoice.id);
      expect(state).toBe('failed');
      days.push((nextAttemptAt!.getTime() - invoice.issuedAt.getTime()) / 86_400_000);
      await retry(invoice.id);
    }
    expect(days).toEqual([1, 3, 5, 7, 10, 14]);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'failed', nextAttemptAt: null });
    expect(await told(chargeFailed, invoice.id)).toBe(7);
    expect(await told(clientPaused, invoice.id)).toBe(1);
    expect(await isPaused(ctx, invoice.clientId)).toBe(true);
    expect(partners.asked).not.toContain('POST /charges');
    expect((await attemptsOf(invoice.id))[0]).toMatchObject({
      state: 'failed',
      failureCode: 'method_refused',
      targetLabel: 'Happy Cat Box payroll',
      asksCount: 0,
      nextAskAt: null,
    });
    expect(await owing(invoice.clientId)).toBe(10_000n);
    expect(await problems()).toEqual([]);
  });

  test('is asked for again at the next try, under a new key, and then pays', async () => {
    const invoice = await invoiced();
    partners.refuse(1);
    await charge(invoice);
    expect(await myPaymentMethods(as(ctx, client(invoice.clientId)))).toMatchObject([
      { kind: 'payroll', isRefused: true, isChosen: false, isReady: false },
    ]);
    await retry(invoice.id);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    expect(partners.movedCents(`charge:${invoice.id}`)).toBe(10_000n);
    expect(await myPaymentMethods(as(ctx, client(invoice.clientId)))).toMatchObject([
      { kind: 'payroll', isRefused: false, isChosen: true, isReady: true },
    ]);
  });

  test('gives way to the card that the client adds, and pays at once when they ask for it', async () => {
    const invoice = await invoiced();
    const me = as(ctx, client(invoice.clientId));
    partners.refuse(1);
    await charge(invoice);
    const methodId = randomUUID();
    await addPaymentMethod(me, { methodId, label: 'Blue card' });
    for (let i = 0; i < 2; i++)
      await runPolicy(openPaymentMethodPolicy, ctx, { methodId, clientId: invoice.clientId });
    await payInvoice(me, { invoiceId: invoice.id });
    const [asked] = (await emitted(ctx, chargeRequested)).filter((data) => data.invoiceId === invoice.id);
    await runPolicy(chargeInvoice, ctx, asked as never);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid' });
    expect(await attemptsOf(invoice.id)).toMatchObject([
      { failureCode: 'method_refused' },
      { state: 'succeeded', targetLabel: 'Blue card', isByPerson: true },
    ]);
  });

  test('gives way at the next try to a card that was ready before', async () => {
    const invoice = await invoiced();
    const methodId = randomUUID();
    await addPaymentMethod(as(ctx, client(invoice.clientId)), { methodId, label: 'Old card' });
    await runPolicy(openPaymentMethodPolicy, ctx, { methodId, clientId: invoice.clientId });
    partners.refuse(1);
    await charge(invoice);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'failed' });
    await retry(invoice.id);
    expect(await attemptsOf(invoice.id)).toMatchObject([
      { failureCode: 'method_refused' },
      { state: 'succeeded', targetLabel: 'Old card' },
    ]);
  });

  test('does not make a further card the chosen one while another is', async () => {
    const { clientId } = await ended();
    const me = as(ctx, client(clientId));
    const add = async (label: string) => {
      const methodId = randomUUID();
      await addPaymentMethod(me, { methodId, label });
      await runPolicy(openPaymentMethodPolicy, ctx, { methodId, clientId });
    };
    partners.refuse(1);
    await add('Refused card');
    await add('Blue card');
    await add('Red card');
    expect(
      (await myPaymentMethods(me)).map(({ label, isRefused, isChosen }) => [label, isRefused, isChosen]),
    ).toEqual([
      ['Refused card', true, false],
      ['Blue card', false, true],
      ['Red card', false, false],
    ]);
  });

  test('without any answer is no refusal: the step is tried again', async () => {
    const invoice = await invoiced();
    partners.goDown(true);
    await expect(charge(invoice)).rejects.toThrow('the gateway gave no token');
    partners.goDown(false);
    await charge(invoice);
    expect(await invoiceNow(invoice.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
  });
});

describe('a payout account that Golden Hat refuses', () => {
  /** Joined while Golden Hat refuses, and the month was closed. */
  async function unpaid() {
    partners.refuse(100);
    const statement = await stated();
    for (let i = 0; i < 2; i++) await pay(statement);
    return { statement, worker: as(ctx, worker(statement.workerId)) };
  }

  test('is a failed payout without an attempt: told once, nothing sent, the sum is owed', async () => {
    const { statement, worker } = await unpaid();
    expect(await statementNow(statement.id)).toMatchObject({
      state: 'failed',
      attemptsCount: 0,
      nextAttemptAt: null,
    });
    expect(await attemptsOf(statement.id)).toEqual([]);
    expect(await told(payoutFailed, statement.id)).toBe(1);
    expect(partners.asked).not.toContain('POST /transfers');
    expect(await owed(statement.workerId)).toBe(6_000n);
    expect(await myPayoutDetails(worker)).toMatchObject({ account: null, isRefused: true });
    expect(await problems()).toEqual([]);
  });

  test('is asked for again when billing pays again, under a new key, and told again if refused again', async () => {
    const { statement } = await unpaid();
    const again = async () => {
      await retryPayout(at(billing(), afterMonth), { statementId: statement.id });
      const [asked] = (await emitted(ctx, payoutRequested)).filter(
        (data) => data.statementId === statement.id,
      );
      for (let i = 0; i < 2; i++) await runPolicy(payStatement, at(ctx, afterMonth), asked as never);
    };
    await again();
    expect(await told(payoutFailed, statement.id)).toBe(2);
    partners.refuse(0);
    await again();
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid', attemptsCount: 1 });
    expect(await owed(statement.workerId)).toBe(0n);
    expect(await problems()).toEqual([]);
  });

  test('gives way to the account that the worker confirms, and the statement is paid to it', async () => {
    const { statement, worker } = await unpaid();
    const changeId = randomUUID();
    await requestPayoutChange(worker, { changeId, name: 'Vasya', account: 'GH-TOMCAT-1' });
    await confirmPayoutChange(worker, { token: (await makePayoutLink(ctx, { changeId }))!.token });
    const [asked] = (await emitted(ctx, payoutRequested)).filter((data) => data.statementId === statement.id);
    await runPolicy(payStatement, at(ctx, afterMonth), asked as never);
    expect(await statementNow(statement.id)).toMatchObject({ state: 'paid' });
    expect(await attemptsOf(statement.id)).toMatchObject([{ target: 'GH-TOMCAT-1', state: 'succeeded' }]);
    expect(await myPayoutDetails(worker)).toMatchObject({ isRefused: false });
  });
});

describe('chasing after an outage', () => {
  /** Attempts at invoices of a new client each that are due to be asked about. */
  async function due(count: number, purpose: 'charge' | 'refund' = 'charge') {
    const made = Array.from({ length: count }, () => ({ id: randomUUID(), document: randomUUID() }));
    const claim = {
      fromAt: ctx.now,
      toAt: ctx.now,
      amountCents: 100n,
      state: 'settling',
      issuedAt: ctx.now,
    } as const;
    const [found] = await ctx.db.execute<{ last: number }>(
      sql`select coalesce(max(number), 0) as last from billing.invoices`,
    );
    await ctx.db.insert(invoices).values(
      made.map(({ document }, i) => ({
        ...claim,
        id: document,
        clientId: randomUUID(),
        number: found!.last + i + 1,
        period: '2026-03-01',
        attemptsCount: 1,
      })),
    );
    await ctx.db.insert(attempts).values(
      made.map(({ id, document }, i) => ({
        id,
        purpose,
        documentId: document,
        partyId: randomUUID(),
        attemptNo: 1,
        key: `${purpose}:${document}:1`,
        amountCents: 100n,
        target: 'token',
        targetLabel: 'Card',
        state: 'asking' as const,
        nextAskAt: new Date(ctx.now.getTime() - (count - i)),
        createdAt: ctx.now,
      })),
    );
    return made.map(({ id }) => id);
  }
  const countOf = (state: 'asking' | 'unknown' | 'succeeded', ids: string[]) =>
    ctx.db.$count(attempts, and(inArray(attempts.id, ids), eq(attempts.state, state)));

  test('asks ten at once, page after page, until nothing is due', async () => {
    const ids = await due(120);
    partners.waitFor(10);
    await runPolicy(chaseMoney, ctx, {});
    expect(await countOf('succeeded', ids)).toBe(120);
  });

  test('leaves a partner that answers nobody alone until the next time, and nobody loses an ask', async () => {
    const ids = await due(30);
    partners.goDown(true);
    for (const asked of [10, 20]) {
      await runPolicy(chaseMoney, ctx, {});
      expect(partners.asked).toHaveLength(asked);
      expect([await countOf('unknown', ids), await countOf('asking', ids)]).toEqual([asked, 30 - asked]);
    }
    partners.goDown(false);
    await runPolicy(chaseMoney, ctx, {});
    expect(await countOf('succeeded', ids)).toBe(10);
    await runPolicy(chaseMoney, at(ctx, '2026-03-02T09:01:00Z'), {});
    expect(await countOf('succeeded', ids)).toBe(30);
  });

  test('asks about the others although one makes a fault, and says so', async () => {
    const ids = await due(12);
    // The first one belongs to no refund: what the partner says about it cannot be noted.
    const [broken] = await due(1, 'refund');
    const first = new Date(ctx.now.getTime() - 60_000);
    await ctx.db.update(attempts).set({ nextAskAt: first }).where(eq(attempts.id, broken!));
    await expect(runPolicy(chaseMoney, ctx, {})).rejects.toThrow();
    expect(await countOf('succeeded', ids)).toBe(12);
    await ctx.db.update(attempts).set({ nextAskAt: null }).where(eq(attempts.id, broken!));
  });

  test('asks for the next try of more invoices than one page has, each once', async () => {
    const ids = await due(1_100);
    await ctx.db
      .update(attempts)
      .set({ state: 'failed', nextAskAt: null, settledAt: ctx.now })
      .where(inArray(attempts.id, ids));
    await ctx.db.execute(sql`update billing.invoices set state = 'failed', next_attempt_at = ${ctx.now.toISOString()}
      where id in (select document_id from billing.attempts where state = 'failed' and settled_at = ${ctx.now.toISOString()})`);
    const count = async () =>
      (await emitted(ctx, chargeRequested)).filter(({ amountCents }) => amountCents === '100').length;
    for (let i = 0; i < 2; i++) {
      await runPolicy(chaseMoney, ctx, {});
      expect(await count()).toBe(1_100);
    }
  });
});
