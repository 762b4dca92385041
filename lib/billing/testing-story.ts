import { randomUUID } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { attempts, invoices, paymentMethods, payoutAccounts, statements } from '#db/schema/billing.ts';
import type { Actor, Ctx } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { accountId, balanceOf, entriesOf, trialBalance } from '#lib/ledger/index.ts';
import type { Truth } from './attempt.rules.ts';
import { beginCharge } from './begin-charge.ts';
import { beginPayout } from './begin-payout.ts';
import { giveBonus } from './give-bonus.ts';
import { issueInvoices } from './issue-invoices.ts';
import { issueStatements } from './issue-statements.ts';
import { loyaltyPercent, paidInTotal } from './loyalty-percent.ts';
import { type EndedOrder, postEndedOrder } from './post-ended-order.ts';
import { requestClose } from './request-close.ts';
import { settleAttempt } from './settle-attempt.ts';
import { waivePenalty } from './waive-penalty.ts';

type Outcome = EndedOrder['outcome'];

/** What may happen to two clients and two workers; the numbers say which. */
export type Happening =
  | { what: 'order'; client: number; worker: number; outcome: Outcome; costCents: bigint; twice: boolean }
  | { what: 'cancelled_unpriced'; client: number }
  | { what: 'bonus'; worker: number; amountCents: bigint; twice: boolean }
  | { what: 'waiver' }
  | { what: 'week' }
  | { what: 'month' }
  | { what: 'charge'; truths: Truth['is'][] }
  | { what: 'payout'; truths: Truth['is'][] }
  | { what: 'late_success'; afterAnother: boolean };

const party = fc.nat(1);
// The borders of loyalty [US-040], one minor unit around them, halves that must be rounded up, and anything else.
const costCents = fc.oneof(
  fc.constantFrom(1_000_000n, 999_999n, 1n, 2n, 1_000_001n, 2_000_000n, 11_000_000n, 10_000n),
  fc.bigInt({ min: 1n, max: 3_000_000n }),
);
const truths = fc.array(fc.constantFrom<Truth['is'][]>('succeeded', 'failed', 'unknown', 'pending'), {
  minLength: 1,
  maxLength: 3,
});

/** A way that chance seldom goes: an invoice paid twice, given back by the next one; a negative month carried over. */
export const seldom: Happening[] = [
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 1_000_001n, twice: true },
  { what: 'order', client: 0, worker: 1, outcome: 'failed', costCents: 1n, twice: false },
  { what: 'week' },
  { what: 'charge', truths: ['unknown', 'failed'] },
  { what: 'late_success', afterAnother: true },
  { what: 'month' },
  { what: 'order', client: 0, worker: 1, outcome: 'completed', costCents: 2_000_000n, twice: false },
  { what: 'week' },
  { what: 'month' },
  { what: 'payout', truths: ['pending', 'succeeded'] },
];

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        what: fc.constant('order' as const),
        client: party,
        worker: party,
        outcome: fc.constantFrom<Outcome[]>('completed', 'failed', 'cancelled'),
        costCents,
        twice: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('cancelled_unpriced' as const), client: party }) },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('bonus' as const),
        worker: party,
        amountCents: fc.bigInt({ min: 1n, max: 120_000n }),
        twice: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('waiver' as const) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('week' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('charge' as const), truths }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('payout' as const), truths }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('month' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('late_success' as const), afterAnother: fc.boolean() }),
    },
  ),
  { minLength: 3, maxLength: 14 },
);

type ClientModel = {
  id: string;
  charged: bigint;
  paid: bigint;
  again: bigint;
  orders: string[];
  open: bigint;
};
type WorkerModel = { id: string; credited: bigint; sent: bigint; open: bigint; carried: bigint };

/** Loyalty in plain words: over 10k 5 %, over 20k 6 %, one more per 10k, at most 12 %. */
function plainPercent(paidCents: bigint): number {
  let percent = 0;
  for (let step = 1n; step <= 8n; step++) if (paidCents > step * 1_000_000n) percent = 4 + Number(step);
  return percent;
}
const halfUp = (amount: bigint, percent: bigint) => {
  const exact = amount * percent;
  return exact % 100n >= 50n ? exact / 100n + 1n : exact / 100n;
};

/**
 * Plays what happens by the verbs themselves, and keeps the same books in plain arithmetic beside them. Throws when they
 * differ. All in one database transaction that is rolled back, so that the next story begins with empty books.
 */
export async function testingStory(ctx: Ctx, story: readonly Happening[]): Promise<void> {
  const done = new Error('rolled back');
  const work = transaction(ctx, async (tx) => {
    const clients: ClientModel[] = [0, 1].map(() => ({
      id: randomUUID(),
      charged: 0n,
      paid: 0n,
      again: 0n,
      orders: [],
      open: 0n,
    }));
    const workers: WorkerModel[] = [0, 1].map(() => ({
      id: randomUUID(),
      credited: 0n,
      sent: 0n,
      open: 0n,
      carried: 0n,
    }));
    const manager: Actor = { kind: 'account', id: randomUUID(), roles: ['manager', 'billing'] };
    const createdAt = tx.now;
    await tx.db
      .insert(payoutAccounts)
      .values(workers.map(({ id }) => ({ workerId: id, name: 'W', account: `GH-${id}`, createdAt })));
    await tx.db.insert(paymentMethods).values(
      clients.map(({ id }) => ({
        id: randomUUID(),
        clientId: id,
        kind: 'card' as const,
        label: 'C',
        token: id,
        isChosen: true,
        createdAt,
      })),
    );
    const fined: { orderId: string; worker: WorkerModel }[] = [];
    let clock = new Date('2026-03-02T09:00:00Z');
    const at = (actor: Actor = tx.actor) => ({ ...tx, now: clock, actor });
    const same = (what: string, is: unknown, shouldBe: unknown) => {
      if (is !== shouldBe)
        throw new Error(`${what} is ${String(is)}, and plain arithmetic says ${String(shouldBe)}`);
    };

    for (const event of story) {
      if (event.what === 'order' || event.what === 'cancelled_unpriced') {
        const client = clients[event.client]!;
        const percent = await loyaltyPercent(tx, client.id);
        same('the discount', percent, plainPercent(client.paid));
        const orderId = randomUUID();
        const priced = event.what === 'order' ? event : null;
        const worker = priced && workers[priced.worker]!;
        const cost = priced?.costCents ?? null;
        const price = cost && cost - halfUp(cost, BigInt(percent));
        const order: EndedOrder = {
          orderId,
          clientId: client.id,
          workerId: worker?.id ?? null,
          outcome: priced?.outcome ?? 'cancelled',
          cause: null,
          requestNumber: 'R-1',
          serviceName: { en: 'x', ru: 'x' },
          costCents: cost,
          priceCents: price,
          endedAt: clock,
        };
        for (let i = 0; i < (priced?.twice ? 2 : 1); i++) await postEndedOrder(at(), order);
        if (!priced || !worker) continue;
        client.charged += price!;
        client.open += price!;
        client.orders.push(orderId);
        const moved = { completed: halfUp(cost!, 60n), failed: -4_000n, cancelled: 0n }[priced.outcome];
        worker.credited += moved;
        worker.open += moved;
        if (priced.outcome === 'failed') fined.push({ orderId, worker });
      } else if (event.what === 'bonus') {
        const worker = workers[event.worker]!;
        const { amountCents } = event;
        const amount = `${amountCents / 100n}.${String(amountCents % 100n).padStart(2, '0')}`;
        const bonus = { bonusId: randomUUID(), workerId: worker.id, amount, reason: 'For the model' };
        // A large one is only proposed: nothing moves yet.
        let isProposed = false;
        for (let i = 0; i < (event.twice ? 2 : 1); i++)
          ({ isProposed } = await giveBonus(at(manager), bonus));
        if (isProposed) continue;
        worker.credited += amountCents;
        worker.open += amountCents;
      } else if (event.what === 'waiver') {
        const last = fined.pop();
        if (!last) continue;
        const waiver = { orderId: last.orderId, reason: 'For the model' };
        for (let i = 0; i < 2; i++) await waivePenalty(at(manager), waiver);
        last.worker.credited += 4_000n;
        last.worker.open += 4_000n;
      } else if (event.what === 'week') {
        const period = nextSunday(clock);
        await requestClose(at(), { kind: 'week', period });
        clock = new Date(Date.parse(`${period}T09:00:00Z`) + 86_400_000);
        await issueInvoices(at(), { period, after: null });
        for (const client of clients) {
          const [invoice] = await tx.db
            .select()
            .from(invoices)
            .where(and(eq(invoices.clientId, client.id), eq(invoices.period, period)));
          same('the invoice', invoice?.amountCents ?? 0n, client.open > 0n ? client.open : 0n);
          if (invoice) client.open = 0n;
        }
      } else if (event.what === 'month') {
        const period = clock.toISOString().slice(0, 7);
        await requestClose(at(), { kind: 'month', period });
        clock = new Date(Date.UTC(clock.getUTCFullYear(), clock.getUTCMonth() + 1, 1, 9));
        await issueStatements(at(), { period, after: null });
        const made = await tx.db
          .select()
          .from(statements)
          .where(
            and(
              inArray(
                statements.workerId,
                workers.map(({ id }) => id),
              ),
              eq(statements.period, period),
            ),
          );
        for (const statement of made) {
          const worker = workers.find(({ id }) => id === statement.workerId)!;
          same('what was carried over', statement.carriedCents, worker.carried);
          same('the statement', statement.amountCents, worker.open + worker.carried);
          worker.carried = statement.amountCents <= 0n ? statement.amountCents : 0n;
          worker.open = 0n;
        }
      } else if (event.what === 'charge') {
        for (const client of clients)
          for (const invoice of await tx.db
            .select()
            .from(invoices)
            .where(eq(invoices.clientId, client.id))
            .orderBy(invoices.number)) {
            const { attemptId } = await beginCharge(at(), {
              invoiceId: invoice.id,
              attemptNo: invoice.attemptsCount + 1,
            });
            if (attemptId && (await settle(attemptId, event.truths)) === 'succeeded')
              client.paid += invoice.amountCents;
          }
      } else if (event.what === 'payout') {
        for (const worker of workers)
          for (const statement of await tx.db
            .select()
            .from(statements)
            .where(eq(statements.workerId, worker.id))) {
            if (statement.amountCents <= 0n) continue;
            const { attemptId } = await beginPayout(at(), {
              statementId: statement.id,
              attemptNo: statement.attemptsCount + 1,
            });
            if (!attemptId) continue;
            const end = await settle(attemptId, event.truths);
            if (end !== 'failed') worker.sent += statement.amountCents;
          }
      } else {
        const failed = await tx.db
          .select()
          .from(attempts)
          .where(
            and(
              inArray(
                attempts.partyId,
                clients.map(({ id }) => id),
              ),
              eq(attempts.state, 'failed'),
            ),
          );
        for (const { id, documentId, partyId, amountCents } of failed.slice(0, 1)) {
          const client = clients.find((one) => one.id === partyId)!;
          const [before] = await tx.db.select().from(invoices).where(eq(invoices.id, documentId));
          if (event.afterAnother) {
            const attemptNo = before!.attemptsCount + 1;
            const { attemptId } = await beginCharge(at(), { invoiceId: documentId, attemptNo });
            if (attemptId && (await settle(attemptId, ['succeeded'])) === 'succeeded')
              client.paid += amountCents;
          }
          const [invoice] = await tx.db.select().from(invoices).where(eq(invoices.id, documentId));
          for (let i = 0; i < 2; i++)
            await settleAttempt(at(), { attemptId: id, truth: { is: 'succeeded' } });
          if (invoice!.state === 'paid') {
            client.again += amountCents;
            client.open -= amountCents;
          } else client.paid += amountCents;
        }
      }
    }

    for (const { id, charged, paid, again, orders } of clients) {
      same(
        'what a client owes',
        await balanceOf(tx, accountId('clients', 'receivable', id)),
        charged - paid - again,
      );
      same('what a client has paid', await paidInTotal(tx, id), paid);
      for (const orderId of orders) {
        const entries = await entriesOf(tx, { book: 'clients', subject: orderId, kinds: ['order_charged'] });
        same('how often an order was billed', entries.length, 1);
      }
    }
    for (const { id, credited, sent } of workers)
      same(
        'what a worker is owed',
        -(await balanceOf(tx, accountId('people', 'payable', id))),
        credited - sent,
      );

    for (const book of ['clients', 'people'] as const) {
      const rows = await trialBalance(tx, book);
      same(
        'the sum of a book',
        rows.reduce((sum, row) => sum + row.balanceCents, 0n),
        0n,
      );
    }
    // What the database would refuse at the commit, it refuses here.
    await tx.db.execute(sql`set constraints all immediate`);
    throw done;

    async function settle(attemptId: string, said: readonly Truth['is'][]): Promise<string> {
      let state = 'asking';
      for (const is of said) {
        const truth = (is === 'failed' ? { is, failureCode: 'declined' } : { is }) as Truth;
        state = (await settleAttempt(at(), { attemptId, truth }))!.state;
        if (state === 'succeeded' || state === 'failed') return state;
      }
      return state;
    }
  });
  await work.catch((error) => {
    if (error !== done) throw error;
  });
}

const nextSunday = (from: Date) =>
  new Date(from.getTime() + ((7 - from.getUTCDay()) % 7) * 86_400_000).toISOString().slice(0, 10);
