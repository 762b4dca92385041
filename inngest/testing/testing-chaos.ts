import { randomUUID } from 'node:crypto';
import { and, eq, inArray, isNotNull, lte, notInArray, sql } from 'drizzle-orm';
import {
  attempts,
  invoices,
  paymentMethods,
  payoutAccounts,
  refunds,
  statements,
} from '#db/schema/billing.ts';
import {
  askAgain,
  askDueAttempts,
  askedPartners,
  type EndedOrder,
  grantRefund,
  listDiscrepancies,
  listParked,
  payInvoice,
  postEndedOrder,
  requestClose,
  requestDueAttempts,
  retryPayout,
  startReconciliations,
} from '#lib/billing/index.ts';
import { startChaosPartners } from '#lib/billing/testing-chaos-partners.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { receiveWebhook } from '#lib/kernel/partner.ts';
import { accountId, balanceOf } from '#lib/ledger/index.ts';
import { verifyMoney } from '#lib/reports/verify-money.ts';
import { askAboutParkedAttempt } from '../ask-about-parked-attempt.ts';
import { chargeInvoice } from '../charge-invoice.ts';
import { closeMonth } from '../close-month.ts';
import { closeWeek } from '../close-week.ts';
import { payStatement } from '../pay-statement.ts';
import { receiveGatewayNotice } from '../receive-gateway-notice.ts';
import { receiveGoldenHatNotice } from '../receive-golden-hat-notice.ts';
import { reconcilePartner } from '../reconcile-partners.ts';
import { sendRefundPolicy } from '../send-refund.ts';
import { forEachAtOnce, pump } from './testing-pump.ts';

const policies = [
  closeWeek,
  closeMonth,
  chargeInvoice,
  payStatement,
  sendRefundPolicy,
  receiveGatewayNotice,
  receiveGoldenHatNotice,
  askAboutParkedAttempt,
  reconcilePartner,
];
const period = '2026-03-29';
const month = '2026-03';
// Summer time in Berlin began on this Sunday; the month ends two days later.
const begun = Date.parse('2026-03-31T16:01:00Z');
const minute = 60_000;
const hour = 60 * minute;
const days = 45;

/**
 * So many charges and payouts through partners at their worst, over 45 days of a moved clock, with people who pay again, pay
 * out again, refund and ask again. Answers figures, and in words everything that is not as it must be: two effects, a movement
 * neither ended nor parked, a ledger that is not what the partners hold.
 */
export async function playChaos(
  ctx: Ctx,
  {
    movements,
    seed,
    atOnce = 16,
    say = () => {},
  }: {
    movements: number;
    seed: number;
    atOnce?: number;
    say?: (line: string) => void;
  },
): Promise<{ figures: Record<string, unknown>; faults: string[] }> {
  const ordersCount = Math.ceil(movements / 2);
  const partners = await startChaosPartners({ seed, start: new Date(begun) });
  const system = (now: number): Ctx => ({
    ...ctx,
    now: new Date(now),
    actor: { kind: 'system', id: 'chaos' },
  });
  const person = (now: number): Ctx => ({
    ...ctx,
    now: new Date(now),
    actor: { kind: 'account', id: 'b0000000-0000-4000-8000-000000000001', roles: ['manager', 'billing'] },
  });
  let random = seed;
  const chance = () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 2 ** 32;
  };
  const isTwice = (eventId: string) => Number.parseInt(eventId.slice(-2), 16) < 38;
  const faults: string[] = [];

  try {
    await oweEverybody(system(begun), ordersCount, atOnce, chance);
    say(`${ordersCount} orders posted`);
    await requestClose(system(begun), { kind: 'week', period });
    await requestClose(system(begun), { kind: 'month', period: month });
    await pump(system(begun), policies, { atOnce, isTwice });
    say('closed, and everything ordered once');

    let now = begun;
    let lastDay = 0;
    while (now < begun + days * 24 * hour) {
      now += now < begun + 2 * hour ? 5 * minute : hour;
      await live(now);
      const day = Math.floor((now - begun) / (24 * hour));
      if (day > lastDay) {
        lastDay = day;
        await people(now);
        await startReconciliations(system(now));
        await pump(system(now), policies, { atOnce, isTwice });
        if (day % 15 === 0) say(`day ${day}: ${partners.effects.size} effects`);
      }
    }
    const open = await openOnes();
    if (open.length) faults.push(`${open.length} neither ended nor parked, such as ${open[0]!.key}`);
    const { rows: parked, total: parkedCount } = await listParked(person(now), { limit: 100_000 });

    // The partners answer everybody again, and a person asks about what they had kept silent about.
    partners.heal();
    for (let i = 0; i < 24 * 20; i++) {
      now += hour;
      if (i < 3) for (const { id } of parked) await askAgain(person(now), { attemptId: id }).catch(() => {});
      await live(now);
      if (i % 24 === 0) {
        await startReconciliations(system(now));
        await pump(system(now), policies, { atOnce, isTwice });
      }
    }
    for (const { key, state } of await openOnes()) faults.push(`${key} is ${state} at the end`);
    faults.push(...partners.breaches);
    const compared = await compare(now);
    return { figures: { ...compared, parked: parkedCount, partners: partners.counts }, faults };
  } finally {
    await partners.stop();
  }

  /** What the clock and the partners do at an instant. */
  async function live(now: number): Promise<void> {
    const at = system(now);
    await forEachAtOnce(partners.advance(at.now), atOnce, (notice) => receiveWebhook(at, notice));
    await pump(at, policies, { atOnce, isTwice });
    for (const partner of askedPartners) while ((await askDueAttempts(at, { partner })).goesOn);
    do await requestDueAttempts(at);
    while (await pump(at, policies, { atOnce, isTwice }));
  }

  /** What people do once a day. */
  async function people(now: number): Promise<void> {
    const at = person(now);
    const failedStatements = await ctx.db
      .select({ id: statements.id })
      .from(statements)
      .where(eq(statements.state, 'failed'));
    for (const { id } of failedStatements)
      if (chance() < 0.3) await retryPayout(at, { statementId: id }).catch(notPayable);
    const failedInvoices = await ctx.db
      .select({ id: invoices.id })
      .from(invoices)
      .where(eq(invoices.state, 'failed'));
    for (const { id } of failedInvoices)
      if (chance() < 0.1) await payInvoice(at, { invoiceId: id }).catch(notPayable);
    const paid = await ctx.db
      .select({ id: invoices.id })
      .from(invoices)
      .where(and(eq(invoices.state, 'paid'), isNotNull(invoices.paidAt), lte(invoices.paidAt, at.now)))
      .limit(2000);
    // What is granted at the very end could not end in time.
    for (const { id: invoiceId } of paid)
      if (now < begun + (days - 10) * 24 * hour && chance() < 0.002)
        await grantRefund(at, {
          refundId: randomUUID(),
          invoiceId,
          amount: '1.50',
          reason: 'Chaos',
          way: 'back',
        }).catch((error) => {
          if ((error as { code?: string }).code !== 'billing.not_refundable') throw error;
        });
  }

  function openOnes() {
    return ctx.db
      .select({ key: attempts.key, state: attempts.state })
      .from(attempts)
      .where(notInArray(attempts.state, ['succeeded', 'failed', 'returned', 'parked']));
  }

  /** Everything against what the partners hold to be true. */
  async function compare(now: number) {
    const ours = await ctx.db.select().from(attempts);
    const keys = new Set(ours.map(({ key }) => key));
    for (const key of partners.effects.keys()) if (!keys.has(key)) faults.push(`${key} is theirs only`);
    const moved = { charge: 0n, payout: 0n, refund: 0n };
    const succeeded = new Map<string, number>();
    const counts = { charge: 0, payout: 0, refund: 0 };
    for (const { key, state, purpose, amountCents, documentId } of ours) {
      counts[purpose] += 1;
      const theirs = partners.effects.get(key);
      // What failed here may have moved nothing there; everything else has to be the same.
      const alike =
        state === 'failed'
          ? !theirs || theirs.status === 'failed' || theirs.status === 'returned'
          : theirs?.status === state && theirs.amountCents === amountCents;
      if (!alike) faults.push(`${key} is ${state} here and ${theirs?.status ?? 'unknown'} there`);
      if (theirs?.status === 'succeeded') moved[purpose] += amountCents;
      if (state === 'succeeded') succeeded.set(documentId, (succeeded.get(documentId) ?? 0) + 1);
    }
    const bank = await balanceOf(ctx, accountId('clients', 'bank'));
    if (bank !== moved.charge - moved.refund)
      faults.push(`the ledger says ${bank} came from clients, the gateway ${moved.charge - moved.refund}`);
    const out = -(await balanceOf(ctx, accountId('people', 'bank')));
    if (out !== moved.payout)
      faults.push(`the ledger says ${out} went to workers, Golden Hat ${moved.payout}`);
    for (const book of ['clients', 'people'] as const) {
      const inTransit = await balanceOf(ctx, accountId(book, 'in_transit'));
      if (inTransit !== 0n) faults.push(`${inTransit} is on its way for ever in the book ${book}`);
    }

    // A document's money is kept once: what was taken or sent twice goes back.
    const doubled = [...succeeded.values()].filter((n) => n > 1).length;
    const kept = await ctx.db.execute<{ id: string; n: string }>(sql`
      select a.document_id as id, count(*) as n from billing.attempts a
      where a.purpose = 'charge' and a.state = 'succeeded'
        and not exists (select from billing.refunds r where r.charge_id = a.id and r.cause = 'paid_twice')
      group by a.document_id having count(*) > 1`);
    for (const { id, n } of kept) faults.push(`invoice ${id} was kept ${n} times`);
    const twice = await ctx.db.execute<{ id: string }>(sql`
      select s.id from billing.statements s
      join lateral (select count(*) as n from billing.attempts a
        where a.purpose = 'payout' and a.document_id = s.id and a.state = 'succeeded') paid on true
      join lateral (select coalesce(-sum(i.amount_cents), 0) as cents from billing.items i
        where i.party_id = s.worker_id and i.kind in
          ('payout_confirmed_again', 'payout_confirmed_twice', 'payout_returned')) taken on true
      where paid.n > 0 and paid.n * s.amount_cents <> s.amount_cents + taken.cents`);
    for (const { id } of twice) faults.push(`statement ${id} was paid twice and not taken back`);
    // What a party's account says is what its open items and documents say.
    const unlike = await ctx.db.execute<{ party: string }>(sql`
      with said as (
        select party_id as party, sum(amount_cents) as cents from billing.items
          where purpose = 'invoice' and document_id is null group by party_id
        union all
        select client_id, sum(amount_cents) from billing.invoices
          where state in ('issued', 'settling', 'failed', 'unclear') group by client_id
      ), summed as (select party, sum(cents) as cents from said group by party),
      booked as (select a.party::uuid as party, sum(l.amount_cents) as cents from ledger.lines l
        join ledger.accounts a on a.id = l.account_id and a.book = 'clients' and a.kind = 'receivable' group by a.party)
      select coalesce(s.party, b.party)::text as party from summed s full join booked b on b.party = s.party
      where coalesce(s.cents, 0) <> coalesce(b.cents, 0)`);
    for (const { party } of unlike.slice(0, 5))
      faults.push(`client ${party} owes something else by the ledger`);
    const report = await verifyMoney({ ...system(now), now: new Date() });
    // The orders were never asked for, and nobody sealed.
    const expected = ['unsealed_old', 'billed_without_order'];
    faults.push(
      ...report.problems
        .filter(({ code }) => !expected.includes(code))
        .map(({ code, params }) => `ledger: ${code} ${JSON.stringify(params)}`),
    );
    const { rows: differing } = await listDiscrepancies(person(now));
    for (const { key, kind } of differing.slice(0, 5)) faults.push(`reconciliation: ${key} ${kind}`);
    const refundsCount = await ctx.db.$count(refunds);
    return {
      charges: counts.charge,
      payouts: counts.payout,
      refunds: refundsCount,
      asks: ours.reduce((sum, { asksCount }) => sum + asksCount, 0),
      doubledAndPutRight: doubled,
      returned: await ctx.db.$count(attempts, eq(attempts.state, 'returned')),
      unpaid: await ctx.db.$count(invoices, inArray(invoices.state, ['failed'])),
    };
  }
}

const notPayable = (error: unknown) => {
  if ((error as { code?: string }).code !== 'billing.not_payable') throw error;
};

/** So many clients who owe for one order each, and workers who earned by it, with methods and accounts ready. */
async function oweEverybody(ctx: Ctx, count: number, atOnce: number, chance: () => number): Promise<void> {
  const createdAt = ctx.now;
  const pairs = Array.from({ length: count }, () => ({ clientId: randomUUID(), workerId: randomUUID() }));
  for (let i = 0; i < pairs.length; i += 1000) {
    const some = pairs.slice(i, i + 1000);
    await ctx.db.insert(paymentMethods).values(
      some.map(({ clientId }) => ({
        id: randomUUID(),
        clientId,
        kind: 'card' as const,
        label: 'Card',
        token: `tok_${clientId}`,
        isChosen: true,
        createdAt,
      })),
    );
    await ctx.db
      .insert(payoutAccounts)
      .values(some.map(({ workerId }) => ({ workerId, name: 'W', account: `GH-${workerId}`, createdAt })));
  }
  await forEachAtOnce(pairs, atOnce, async ({ clientId, workerId }) => {
    const costCents = BigInt(1_000 + Math.floor(chance() * 30_000));
    const order: EndedOrder = {
      orderId: randomUUID(),
      clientId,
      workerId,
      outcome: 'completed',
      cause: null,
      requestNumber: 'R-1',
      serviceName: { en: 'x', ru: 'x' },
      costCents,
      priceCents: costCents,
      endedAt: new Date('2026-03-25T12:00:00Z'),
    };
    await postEndedOrder(ctx, order);
  });
}
