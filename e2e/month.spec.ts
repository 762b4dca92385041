import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { eq, isNull } from 'drizzle-orm';
import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { paymentMethods, payoutAccounts } from '#db/schema/billing.ts';
import { accounts } from '#db/schema/identity.ts';
import { files, outbox } from '#db/schema/kernel.ts';
import { chargeInvoice } from '#inngest/charge-invoice.ts';
import { chaseMoney } from '#inngest/chase-money.ts';
import { closeDuePeriods } from '#inngest/close-due-periods.ts';
import { closeMonth } from '#inngest/close-month.ts';
import { closeWeek } from '#inngest/close-week.ts';
import { openPaymentMethodPolicy } from '#inngest/open-payment-method.ts';
import { openPayoutAccountPolicy } from '#inngest/open-payout-account.ts';
import { payStatement } from '#inngest/pay-statement.ts';
import { postEndedOrderPolicy } from '#inngest/post-ended-order.ts';
import { sendRefundPolicy } from '#inngest/send-refund.ts';
import { runPolicy } from '#inngest/testing/run-policy.ts';
import { pump } from '#inngest/testing/testing-pump.ts';
import {
  addPaymentMethod,
  choosePaymentMethod,
  confirmPayoutChange,
  giveBonus,
  grantRefund,
  listInvoices,
  loyaltyPercent,
  makePayoutLink,
  myPauses,
  payInvoice,
  requestPayoutChange,
  waivePenalty,
} from '#lib/billing/index.ts';
import { publishedServices } from '#lib/catalog/index.ts';
import { welcomeTester } from '#lib/identity/index.ts';
import { type Ctx, type Role, uuidv7 } from '#lib/kernel/ctx.ts';
import {
  assignOrder,
  cancelOrder,
  confirmOrder,
  declineOrder,
  markReady,
  placeOrder,
  reportOrder,
  startOrder,
} from '#lib/ordering/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import { freePort } from '../local/free-port.ts';
import { startInstance } from '../local/instance.ts';
import { throwawayFolder } from '../local/throwaway-folder.ts';
import { expectReadable, picture, signedIn, testersBrowser } from './fixtures.ts';
import { row } from './steps.ts';

const policies = [
  postEndedOrderPolicy,
  openPayoutAccountPolicy,
  openPaymentMethodPolicy,
  closeWeek,
  closeMonth,
  chargeInvoice,
  payStatement,
  sendRefundPolicy,
];
const hour = 3_600_000;
const parts = ['runner', 'web'] as const;

/*
 * March 2026 in Berlin, with the change of clocks on Sunday the 29th. The sums below are computed by hand:
 *
 *   Murka    6,000.00 and 4,000.01 in the first week, no discount:        10,000.01
 *            over 10,000 paid, so 5 %: 333.33 less 16.67, 100.00 less 5:     411.66
 *            1,000.00 less 50.00:                                            950.00
 *            80.00 less 4.00, of which 6.00 are given back:                   76.00
 *   Samson   100.00, refused seven times and paid after the pause; 50.00; 20.00
 *   Vasya    3,600.00 + 200.00 + 30.00 - 40.00 + 40.00 waived             = 3,830.00
 *   Barsik   2,400.01 - 40.00 + 600.00 + 25.50 + 12.00                    = 2,997.51
 */
test('a whole month, by moving the clock, ends with the sums computed by hand on everybody’s screen', async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const folder = throwawayFolder();
  const say = (line: string) => console.log(`  ${line}`);
  const instance = await startInstance({ dataDir: folder.path, port: await freePort(), durable: false, say });
  // The journeys after this one are about another instance.
  const environment = { ...process.env };
  Object.assign(process.env, instance.env, {
    E2E_APP_URL: instance.urls.app,
    E2E_OUTSIDE_URL: instance.urls.outside,
  });
  const { db, close } = connect(instance.env.DATABASE_URL!, { maxConnections: 8 });
  const admin = postgres(instance.env.DATABASE_ADMIN_URL!, { max: 1, onnotice: () => {} });
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const part of parts) for (const pid of familyOf(instance.pid(part)!)) process.kill(pid, name);
  };
  /** Stops the instance's own life at a moment at which it holds nothing in the database. */
  async function standStill(): Promise<void> {
    await expect(async () => {
      expect(await db.$count(outbox, isNull(outbox.sentAt))).toBe(0);
      signal('SIGSTOP');
      const busy = await admin`
        select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and backend_type = 'client backend' and state <> 'idle'`;
      if (busy.length) signal('SIGCONT');
      expect(busy).toHaveLength(0);
    }).toPass({ intervals: [200], timeout: 60_000 });
  }
  try {
    // The clock of the month is this test's; the instance's own stands still until it is over.
    await expect
      .poll(async () => (await db.select().from(payoutAccounts)).every((one) => one.account))
      .toBe(true);
    await standStill();
    await fetch(`${instance.urls.outside}/knobs/gateway`, { method: 'PUT', body: '{"processMs":0}' });
    await fetch(`${instance.urls.outside}/knobs/golden-hat`, { method: 'PUT', body: '{"processMs":0}' });

    let now = new Date('2026-03-02T08:01:00Z');
    const base = { db, newId: () => uuidv7(new Date()), random: Math.random };
    const system = (): Ctx => ({ ...base, now, actor: { kind: 'system', id: 'month' } });
    const as = (id: string, ...roles: Role[]): Ctx => ({
      ...base,
      now,
      actor: { kind: 'account', id, roles },
    });
    const idOf = async (email: string) =>
      (await db.select().from(accounts).where(eq(accounts.email, email)))[0]!.id;
    const [vasya, barsik, biller] = [
      await idOf('vasya@mcf.example'),
      await idOf('barsik@mcf.example'),
      await idOf('billing@mcf.example'),
    ];
    const client = async (subject: string, name: string) =>
      (await welcomeTester(system(), { subject, name, email: `${subject}@happycatbox.example` })).accountId;
    const [murka, samson] = [await client('murka', 'Murka'), await client('samson-of-the-month', 'Samson')];
    await db.insert(paymentMethods).values({
      id: randomUUID(),
      clientId: samson,
      kind: 'card',
      label: 'Old card',
      token: 'tok_demo_declined',
      isChosen: true,
      createdAt: now,
    });
    await db
      .update(payoutAccounts)
      .set({ account: 'GH-DEMO-CLOSED' })
      .where(eq(payoutAccounts.workerId, barsik));
    const [service] = await publishedServices(system());

    /** The hours go by: every tick of the clock runs what is due, and everything that follows from it. */
    async function until(instant: string): Promise<void> {
      await pump(system(), policies);
      const end = new Date(instant);
      while (now < end) {
        now = new Date(Math.min(now.getTime() + hour, end.getTime()));
        await runPolicy(closeDuePeriods, system(), {});
        await runPolicy(chaseMoney, system(), {});
        await pump(system(), policies);
      }
    }
    const photo = async (ownerId: string, kind: 'check_in' | 'report') => {
      const id = base.newId();
      const image = { sha256: 'x', widthPx: 1, heightPx: 1, sizeBytes: 1 };
      await db.insert(files).values({ id, uploadId: id, ownerId, kind, ...image, createdAt: now });
      return id;
    };
    /** An order that ends so at that time. */
    async function order(
      endsAt: string,
      outcome: 'completed' | 'failed' | 'cancelled',
      clientId: string,
      workerId: string,
      costCents: bigint,
    ): Promise<string> {
      const startsAt = new Date(Date.parse(endsAt) - hour);
      await until(new Date(startsAt.getTime() - 2 * hour).toISOString());
      const { orderId } = await placeOrder(as(clientId, 'client'), {
        requestKey: randomUUID(),
        serviceTypeId: service!.serviceTypeId,
        what: 'The glass on the left.',
        place: 'Shelf 4',
        contact: 'Extension 12',
        startsAt,
      });
      await assignOrder(system(), {
        orderId,
        matchId: base.newId(),
        workerId,
        workerName: workerId === vasya ? 'Vasya' : 'Barsik',
        costCents,
        discountPercent: await loyaltyPercent(system(), clientId),
      });
      if (outcome === 'completed') await markReady(system(), { orderId });
      if (outcome === 'completed') {
        await until(startsAt.toISOString());
        await startOrder(as(workerId, 'worker'), { orderId, photoId: await photo(workerId, 'check_in') });
      }
      await until(endsAt);
      if (outcome === 'completed') {
        await reportOrder(as(workerId, 'worker'), { orderId, photoId: await photo(workerId, 'report') });
        await confirmOrder(as(clientId, 'client'), { orderId });
      } else if (outcome === 'failed') await declineOrder(as(workerId, 'worker'), { orderId });
      else await cancelOrder(as(clientId, 'client'), { orderId });
      await pump(system(), policies);
      return orderId;
    }
    const boss = () => as(biller, 'manager', 'billing');

    await order('2026-03-03T12:00:00Z', 'completed', murka, vasya, 600_000n);
    await order('2026-03-05T12:00:00Z', 'completed', murka, barsik, 400_001n);
    await order('2026-03-06T12:00:00Z', 'failed', samson, barsik, 10_000n);
    await until('2026-03-08T18:00:00Z');
    await order('2026-03-10T12:00:00Z', 'completed', murka, vasya, 33_333n);
    await order('2026-03-12T12:00:00Z', 'cancelled', murka, barsik, 10_000n);
    await order('2026-03-13T12:00:00Z', 'completed', samson, vasya, 5_000n);
    await order('2026-03-17T12:00:00Z', 'completed', murka, barsik, 100_000n);
    await giveBonus(boss(), {
      bonusId: randomUUID(),
      workerId: barsik,
      amount: '25.50',
      reason: 'A clean break',
    });
    say('three weeks are over');

    // The old card refuses on days 0, 1, 3, 5, 7, 10 and 14; then Samson is paused until he pays in another way.
    await until('2026-03-22T16:30:00Z');
    expect(await myPauses(as(samson, 'client'))).toEqual([]);
    await until('2026-03-22T18:30:00Z');
    const paused = await myPauses(as(samson, 'client'));
    expect(paused.map(({ amountCents }) => amountCents)).toEqual([10_000n]);
    await expect(order('2026-03-22T22:30:00Z', 'completed', samson, barsik, 2_000n)).rejects.toMatchObject({
      code: 'ordering.paused',
    });
    const methodId = randomUUID();
    await addPaymentMethod(as(samson, 'client'), { methodId, label: 'New card' });
    await pump(system(), policies);
    await choosePaymentMethod(as(samson, 'client'), { methodId });
    await payInvoice(as(samson, 'client'), { invoiceId: paused[0]!.id });
    await pump(system(), policies);
    expect(await myPauses(as(samson, 'client'))).toEqual([]);

    const fined = await order('2026-03-24T12:00:00Z', 'failed', murka, vasya, 8_000n);
    await waivePenalty(boss(), { orderId: fined, reason: 'The lift was stuck' });
    await order('2026-03-27T12:00:00Z', 'completed', samson, barsik, 2_000n);
    await until('2026-03-30T09:00:00Z');
    const last = (await listInvoices(boss())).rows.find(({ amountCents }) => amountCents === 7_600n)!;
    await grantRefund(boss(), {
      refundId: randomUUID(),
      invoiceId: last.id,
      amount: '6',
      reason: 'Half a glass was left',
      way: 'back',
    });
    await until('2026-04-01T09:00:00Z');

    // Barsik's old account is closed: the payout came back, and goes out again to the one he confirms.
    const changeId = randomUUID();
    await requestPayoutChange(as(barsik, 'worker'), { changeId, name: 'Barsik', account: 'GH-DEMO-2222' });
    const { token } = (await makePayoutLink(system(), { changeId }))!;
    await confirmPayoutChange(as(barsik, 'worker'), { token });
    await until('2026-04-02T09:00:00Z');
    say('the month is over');
    const { problems } = await verifyMoney(system());
    expect(problems.filter(({ code }) => code !== 'unsealed_old')).toEqual([]);
    signal('SIGCONT');
    await instance.healthy();

    await test.step('Murka sees her four invoices, her discount, and nothing owed', async () => {
      const { page } = await testersBrowser(browser, 'murka');
      await page.goto('/sign-in/hcb');
      await page.goto('/invoices');
      await expect(page.getByText('Nothing is open')).toBeVisible();
      await expect(page.getByText('5 %', { exact: true })).toBeVisible();
      const table = page.getByRole('table', { name: 'Invoices', exact: true });
      await expect(table.getByRole('row')).toHaveCount(5);
      for (const amount of ['10,000.01', '411.66', '950.00', '76.00'])
        await expect(table.getByRole('row').filter({ hasText: amount })).toContainText('Paid');
      await expectReadable(page);
      await picture(page, 'month-client');
      await table.getByRole('row').filter({ hasText: '76.00' }).getByRole('link').click();
      await expect(page.getByRole('heading', { name: 'Given back' })).toBeVisible();
      await expect(page.getByText(/6\.00\sunits/).first()).toBeVisible();
      await expectReadable(page);
      await picture(page, 'month-client-refund');
      await page.context().close();
    });

    await test.step('Vasya and Barsik see their statements', async () => {
      for (const [nick, total, lines] of [
        ['vasya', '3,830.00', ['3,600.00', '200.00', '30.00', '40.00']],
        ['barsik', '2,997.51', ['2,400.01', '600.00', '25.50', '12.00']],
      ] as const) {
        const page = await signedIn(browser, `${nick}@mcf.example`, 'phone');
        await page.goto('/work/money');
        const statement = page.getByRole('link').filter({ hasText: total });
        await expect(statement).toContainText('Paid');
        await statement.click();
        for (const line of lines)
          await expect(page.getByText(new RegExp(`[+−]${line}`)).first()).toBeVisible();
        await picture(page, `month-${nick}`);
        await page.context().close();
      }
    });

    await test.step('the manager sees books that sum to zero, and every figure', async () => {
      const page = await signedIn(browser, 'billing@mcf.example', 'desktop');
      await page.goto('/manage/billing');
      await expect(page.getByText('Balanced')).toHaveCount(2);
      await expect(page.getByText('Not zero')).toHaveCount(0);
      // Revenue before discounts 11,683.34, discounts 75.67, a refund of 6.00: received 11,601.67.
      await expectAccounts(page, {
        'Owed by clients': '0.00',
        Revenue: '11,683.34',
        Discounts: '75.67',
        Refunds: '6.00',
        Received: '11,601.67',
        'Owed to workers': '0.00',
        Earnings: '6,842.01',
        Penalties: '40.00',
        Bonuses: '25.50',
        'Paid out': '6,827.51',
      });
      await expectReadable(page);
      await picture(page, 'month-manager');
      await page.goto('/manage/billing/refunds');
      await expect(row(page, '6.00')).toContainText('Given back');
      await expectReadable(page);
      await page.goto('/manage/billing/pauses');
      await expect(row(page, 'Samson')).toContainText('They paid');
      await page.context().close();
    });
  } finally {
    signal('SIGCONT');
    await close();
    await admin.end();
    await instance.stop();
    folder.remove();
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  }
});

/** A process with those it has started, and theirs. */
function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => familyOf(Number(child))) : [])];
}

/** What the trial balance says of each account, on whichever side. */
async function expectAccounts(page: Page, wanted: Record<string, string>): Promise<void> {
  for (const [account, amount] of Object.entries(wanted))
    await expect(
      page
        .getByRole('table')
        .getByRole('row')
        .filter({ has: page.getByRole('link', { name: account, exact: true }) })
        .first(),
    ).toContainText(amount);
}
