import { expect } from 'vitest';
import { messages } from '#db/schema/notifications.ts';
import { createAccount } from '#lib/identity/index.ts';
import { at, dbTest, emitted, runPolicy } from '#lib/kernel/testing.ts';
import { keepVerification, problemsFound } from '#lib/ledger/index.ts';
import { notifyPeople } from './notify-people.ts';

dbTest('everyone on the list is told once of each thing, however often its policy runs', async ({ ctx }) => {
  const made = async (nick: string, role: 'client' | 'worker' | 'staff' | 'manager' | 'billing') =>
    (await createAccount(ctx, { email: `${nick}@mcf.example`, name: nick, roles: [role] })).accountId;
  const [clientId, workerId] = [await made('client', 'client'), await made('worker', 'worker')];
  await made('staff', 'staff');
  await made('manager', 'manager');
  await made('billing', 'billing');
  // The fields of every event on the list: each takes the ones it knows.
  const data = {
    applicationId: 'a1',
    name: 'Candidate',
    email: 'candidate@box.example',
    locale: 'en',
    orderId: 'o1',
    clientId,
    workerId,
    requestNumber: 'R-1001',
    serviceName: { en: 'Glasses', ru: 'Стаканы' },
    startsAt: '2026-03-02T12:00:00.000Z',
    dueAt: '2026-03-02T11:30:00.000Z',
    durationMinutes: 30,
    endedBy: { kind: 'account', id: 'a manager' },
    costCents: '10000',
    priceCents: '9500',
    amountCents: '9500',
    cause: 'worker_no_show',
    invoiceId: 'i1',
    statementId: 's1',
    jobId: 'j1',
    day: '2026-03-01',
    purpose: 'charge',
    count: 3,
    kind: 'slow',
    subject: '',
    measured: 900,
  };
  // The stock's item has to exist; the warehouse's own tests tell of it.
  const told = notifyPeople.filter(({ id }) => id !== 'notify-staff-of-low-stock');
  for (let run = 0; run < 2; run++)
    for (const { id } of told)
      await runPolicy(notifyPeople.find((policy) => policy.id === id)!, ctx, data, { eventId: 'e1' });

  const rows = await ctx.db.select().from(messages);
  expect(
    rows.map(({ email, kind, link }) => `${email.split('@')[0]}: ${kind} ${link ?? ''}`.trim()).sort(),
  ).toEqual([
    'billing: books_wrong /manage/billing/check',
    'billing: client_paused /manage/billing/pauses',
    'billing: discrepancy_found /manage/billing/reconciliation',
    'billing: movement_parked /manage/billing/reconciliation#silent',
    'billing: payout_came_back /manage/billing/payouts/s1',
    'billing: payout_paid_twice /manage/billing/payouts/s1',
    'billing: payout_stuck /manage/billing',
    'billing: refund_stuck /manage/billing/refunds?state=failed',
    'candidate: candidate_declined',
    'candidate: candidate_received',
    'client: charge_failed /invoices',
    'client: invoice_issued /invoices/i1',
    'client: order_assigned /orders/o1',
    'client: order_cancelled /orders/o1?reorder=1',
    'client: order_failed /orders/o1?reorder=1',
    'client: order_reported /orders/o1',
    'client: order_started /orders/o1',
    'client: refund_lowers /invoices/i1',
    'client: refund_sent /invoices/i1',
    'client: requests_paused /invoices',
    'manager: bonus_proposed /manage/billing/bonuses',
    'manager: matching_slow /manage/matching',
    'manager: order_overran /manage/orders/o1',
    'manager: pool_empty /manage/orders/o1',
    'staff: cookie_late /warehouse/j1',
    'staff: job_opened /warehouse/j1',
    'worker: payout_confirmed /work/money/s1',
    'worker: payout_details_changed /work/money/details',
    'worker: payout_doubled /work/money',
    'worker: payout_failed /work/money',
    'worker: payout_returned /work/money/details',
    'worker: work_assigned /work/o1',
    'worker: work_cancelled /work/o1',
    'worker: work_ready /work/o1',
  ]);
});

dbTest(
  'of movements that a partner parks by the hundred billing hears once an hour, for each kind of movement',
  async ({ ctx }) => {
    await createAccount(ctx, { email: 'billing@mcf.example', name: 'Billing', roles: ['billing'] });
    const policy = notifyPeople.find(({ id }) => id === 'notify-billing-of-parked')!;
    const parked = (eventId: string, purpose: string, now = '2026-03-02T09:10:00Z') =>
      runPolicy(policy, at(ctx, now), { purpose, amountCents: '9500' }, { eventId });
    for (let n = 0; n < 5; n++) await parked(`e${n}`, 'charge');
    await parked('e6', 'payout');
    await parked('e7', 'charge', '2026-03-02T10:10:00Z');
    expect(await ctx.db.$count(messages)).toBe(3);
  },
);

dbTest(
  'a verification that found problems is told to billing once, however often it is kept',
  async ({ ctx }) => {
    const report = { books: [], ordersCount: 0 };
    const problems = [1, 2, 3].map((n) => ({ code: 'unbalanced', params: { n: String(n) } }));
    const id = ctx.newId();
    for (let run = 0; run < 2; run++) await keepVerification(ctx, { ...report, id, problems });
    await keepVerification(ctx, { ...report, id: ctx.newId(), problems: [] });
    expect(await emitted(ctx, problemsFound)).toEqual([{ verificationId: id, count: 3 }]);
  },
);
