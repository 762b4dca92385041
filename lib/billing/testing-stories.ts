import { randomUUID } from 'node:crypto';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import fc from 'fast-check';
import {
  attempts,
  invoices,
  items,
  paymentMethods,
  payoutAccounts,
  refunds,
  statements,
} from '#db/schema/billing.ts';
import { lines, transactions } from '#db/schema/ledger.ts';
import type { Actor, Ctx } from '#lib/kernel/ctx.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { accountId, balanceOf, trialBalance } from '#lib/ledger/index.ts';
import type { Truth } from './attempt.rules.ts';
import { beginCharge } from './begin-charge.ts';
import { beginPayout } from './begin-payout.ts';
import { decideBonus } from './decide-bonus.ts';
import { giveBonus } from './give-bonus.ts';
import { grantRefund } from './grant-refund.ts';
import { issueInvoices } from './issue-invoices.ts';
import { issueStatements } from './issue-statements.ts';
import { loyaltyPercent, paidInTotal } from './loyalty-percent.ts';
import type { PeriodKind } from './periods.rules.ts';
import { type EndedOrder, postEndedOrder } from './post-ended-order.ts';
import { requestClose } from './request-close.ts';
import { retryRefund } from './retry-refund.ts';
import { settleAttempt } from './settle-attempt.ts';
import { waivePenalty } from './waive-penalty.ts';
import { writeOffInvoice } from './write-off-invoice.ts';

type Outcome = EndedOrder['outcome'];

/** What may happen to two clients and two workers; the numbers say which. */
export type Happening =
  | { what: 'order'; client: number; worker: number; outcome: Outcome; costCents: bigint; twice: boolean }
  | { what: 'cancelled_unpriced'; client: number }
  | { what: 'bonus'; worker: number; amountCents: bigint; twice: boolean }
  /** Another manager agrees to the latest large bonus that was proposed, or does not. */
  | { what: 'agreement'; decision: 'given' | 'declined' }
  | { what: 'waiver' }
  | { what: 'week' }
  | { what: 'month' }
  | { what: 'charge'; truths: Truth['is'][] }
  | { what: 'payout'; truths: Truth['is'][] }
  /** A partner says more about a try that is open. */
  | { what: 'heard'; which: number; truths: Truth['is'][] }
  /** A try that had failed succeeds after all, also while another is under way or after it has succeeded. */
  | { what: 'late_success'; which: number }
  | { what: 'returned'; which: number }
  | { what: 'refund'; which: number; percent: bigint; way: 'back' | 'next_invoice'; twice: boolean }
  /** A failed invoice is given up. */
  | { what: 'write_off'; which: number }
  /** A refund that failed is sent again, if no invoice is lower by it yet. */
  | { what: 'refund_again'; which: number };

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

/** Ways that chance seldom goes. An invoice paid twice, which goes back; a negative month carried over. */
const paidTwice: Happening[] = [
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 1_000_001n, twice: true },
  { what: 'order', client: 0, worker: 1, outcome: 'failed', costCents: 1n, twice: false },
  { what: 'week' },
  { what: 'charge', truths: ['unknown', 'failed'] },
  { what: 'charge', truths: ['pending'] },
  { what: 'late_success', which: 0 },
  { what: 'heard', which: 0, truths: ['succeeded'] },
  { what: 'heard', which: 0, truths: ['pending', 'failed'] },
  { what: 'refund', which: 0, percent: 40n, way: 'back', twice: true },
  { what: 'heard', which: 0, truths: ['failed'] },
  { what: 'late_success', which: 1 },
  { what: 'month' },
  { what: 'order', client: 0, worker: 1, outcome: 'completed', costCents: 2_000_000n, twice: false },
  { what: 'week' },
  { what: 'month' },
  { what: 'payout', truths: ['pending', 'succeeded'] },
];
/** A worker is sent the money a second time while the first transfer is late; one of the two comes back in the end. */
const paidOutTwice: Happening[] = [
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 10_000n, twice: false },
  { what: 'month' },
  { what: 'payout', truths: ['failed'] },
  { what: 'payout', truths: ['pending'] },
  { what: 'late_success', which: 0 },
  { what: 'heard', which: 0, truths: ['succeeded'] },
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 5_000n, twice: false },
  { what: 'month' },
  { what: 'returned', which: 0 },
  { what: 'month' },
  { what: 'returned', which: 0 },
  { what: 'payout', truths: ['succeeded'] },
];
/** A refund fails, is sent again, and both tries arrive in the end; a third is sent again after an invoice has it. */
const refundedTwice: Happening[] = [
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 10_000n, twice: false },
  { what: 'week' },
  { what: 'charge', truths: ['succeeded'] },
  { what: 'refund', which: 0, percent: 40n, way: 'back', twice: false },
  { what: 'heard', which: 0, truths: ['failed'] },
  { what: 'refund_again', which: 0 },
  { what: 'heard', which: 0, truths: ['failed'] },
  { what: 'refund_again', which: 0 },
  { what: 'late_success', which: 0 },
  { what: 'heard', which: 0, truths: ['pending', 'succeeded'] },
  { what: 'refund', which: 0, percent: 30n, way: 'back', twice: false },
  { what: 'heard', which: 0, truths: ['failed'] },
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 20_000n, twice: false },
  { what: 'week' },
  { what: 'refund_again', which: 0 },
];
/** A debt is given up and paid after all, twice even. */
const givenUp: Happening[] = [
  { what: 'order', client: 0, worker: 0, outcome: 'completed', costCents: 10_000n, twice: false },
  { what: 'week' },
  { what: 'charge', truths: ['failed'] },
  { what: 'charge', truths: ['failed'] },
  { what: 'write_off', which: 0 },
  { what: 'write_off', which: 0 },
  { what: 'late_success', which: 0 },
  { what: 'late_success', which: 0 },
  { what: 'bonus', worker: 0, amountCents: 120_000n, twice: true },
  { what: 'agreement', decision: 'given' },
];
export const seldom: Happening[][] = [paidTwice, paidOutTwice, refundedTwice, givenUp];

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
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('agreement' as const),
        decision: fc.constantFrom('given' as const, 'given' as const, 'declined' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('write_off' as const), which: fc.nat(3) }) },
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
      arbitrary: fc.record({ what: fc.constant('late_success' as const), which: fc.nat(3) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('heard' as const), which: fc.nat(3), truths }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('returned' as const), which: fc.nat(3) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('refund' as const),
        which: fc.nat(3),
        percent: fc.bigInt({ min: 1n, max: 110n }),
        way: fc.constantFrom('back' as const, 'next_invoice' as const),
        twice: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('refund_again' as const), which: fc.nat(3) }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** `owes` and `owed` are the party's account; `open` is what the next document would say, refunds that failed (`lowering`) in it. */
type ClientModel = {
  id: string;
  owes: bigint;
  paid: bigint;
  orders: string[];
  open: bigint;
  lowering: Set<string>;
};
type WorkerModel = { id: string; owed: bigint; open: bigint; carried: bigint };

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

/** What one story is about, with the money that is really with us by what partners have said in it. */
type Books = {
  clients: ClientModel[];
  workers: WorkerModel[];
  bank: { clients: bigint; people: bigint };
  inTransit: { clients: bigint; people: bigint };
  /** What was given up, by invoice. */
  givenUp: Map<string, bigint>;
};

const emptyBooks = (): Books => ({
  clients: [0, 1].map(() => ({
    id: randomUUID(),
    owes: 0n,
    paid: 0n,
    orders: [],
    open: 0n,
    lowering: new Set(),
  })),
  workers: [0, 1].map(() => ({ id: randomUUID(), owed: 0n, open: 0n, carried: 0n })),
  bank: { clients: 0n, people: 0n },
  inTransit: { clients: 0n, people: 0n },
  givenUp: new Map(),
});

const same = (what: string, is: unknown, shouldBe: unknown) => {
  if (is !== shouldBe)
    throw new Error(`${what} is ${String(is)}, and plain arithmetic says ${String(shouldBe)}`);
};

const manager: Actor = { kind: 'account', id: randomUUID(), roles: ['manager', 'billing'] };
const secondManager: Actor = { ...manager, id: randomUUID() };

/**
 * Plays stories by the verbs themselves, and keeps the same books in plain arithmetic beside them. Throws when they differ.
 * Each story has clients and workers of its own; they are told at the same time, and weeks and months end for all of them
 * at once. All in one database transaction that is rolled back, so that the next ones begin with empty books. `beside` is
 * played in it too.
 */
export async function testingStories(
  ctx: Ctx,
  stories: readonly (readonly Happening[])[],
  beside?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const done = new Error('rolled back');
  const work = transaction(ctx, async (tx) => {
    const books = stories.map(emptyBooks);
    const clients = books.flatMap((book) => book.clients);
    const workers = books.flatMap((book) => book.workers);
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
    const calendar = makeCalendar(tx, stories.length, { clients, workers });
    await Promise.all([
      ...stories.map(async (story, i) => {
        await play(tx, story, books[i]!, calendar);
        await calendar.leave();
      }),
      beside?.(tx),
    ]);
    await compare(tx, books);
    // What the database would refuse at the commit, it refuses here.
    await tx.db.execute(sql`set constraints all immediate`);
    throw done;
  });
  await work.catch((error) => {
    if (error !== done) throw error;
  });
}

type Calendar = { now: () => Date; end: (kind: PeriodKind) => Promise<void>; leave: () => Promise<void> };

/** The one clock of all stories: a period ends once all of them that are not over wait for one to end. */
function makeCalendar(
  tx: Tx,
  playing: number,
  { clients, workers }: Pick<Books, 'clients' | 'workers'>,
): Calendar {
  let clock = new Date('2026-03-02T09:00:00Z');
  let waiting: { kind: PeriodKind; goOn: () => void }[] = [];

  async function turn(): Promise<void> {
    if (waiting.length === 0 || waiting.length < playing) return;
    const kind = waiting.some((one) => one.kind === 'week') ? 'week' : 'month';
    await (kind === 'week' ? endWeek() : endMonth());
    const released = waiting.filter((one) => one.kind === kind);
    waiting = waiting.filter((one) => one.kind !== kind);
    for (const { goOn } of released) goOn();
  }

  async function endWeek(): Promise<void> {
    const period = nextSunday(clock);
    await requestClose({ ...tx, now: clock }, { kind: 'week', period });
    clock = new Date(Date.parse(`${period}T09:00:00Z`) + 86_400_000);
    let after: string | null = null;
    do after = (await issueInvoices({ ...tx, now: clock }, { period, after })).next;
    while (after);
    const made = await tx.db
      .select()
      .from(invoices)
      .where(and(inArray(invoices.clientId, ids(clients)), eq(invoices.period, period)));
    const byClient = new Map(made.map((invoice) => [invoice.clientId, invoice]));
    same('the count of invoices', made.length, byClient.size);
    for (const client of clients) {
      const invoice = byClient.get(client.id);
      same('the invoice', invoice?.amountCents ?? 0n, client.open > 0n ? client.open : 0n);
      if (!invoice) continue;
      client.open = 0n;
      client.lowering.clear();
    }
  }

  async function endMonth(): Promise<void> {
    const period = clock.toISOString().slice(0, 7);
    await requestClose({ ...tx, now: clock }, { kind: 'month', period });
    clock = new Date(Date.UTC(clock.getUTCFullYear(), clock.getUTCMonth() + 1, 1, 9));
    let after: string | null = null;
    do after = (await issueStatements({ ...tx, now: clock }, { period, after })).next;
    while (after);
    const made = await tx.db
      .select()
      .from(statements)
      .where(and(inArray(statements.workerId, ids(workers)), eq(statements.period, period)));
    for (const statement of made) {
      const worker = workers.find(({ id }) => id === statement.workerId)!;
      same('what was carried over', statement.carriedCents, worker.carried);
      same('the statement', statement.amountCents, worker.open + worker.carried);
      worker.carried = statement.amountCents <= 0n ? statement.amountCents : 0n;
      worker.open = 0n;
    }
  }

  return {
    now: () => clock,
    end: (kind) =>
      new Promise((resolve, reject) => {
        waiting.push({ kind, goOn: resolve });
        turn().catch(reject);
      }),
    leave: () => {
      playing -= 1;
      return turn();
    },
  };
}

/** Tells one story. */
async function play(
  tx: Tx,
  story: readonly Happening[],
  { clients, workers, bank, inTransit, givenUp }: Books,
  calendar: Calendar,
): Promise<void> {
  /** By document, the tries that moved its money. */
  const moved = new Map<string, Set<string>>();
  const given = new Map<string, bigint>();
  const proposed: { bonusId: string; worker: WorkerModel; amountCents: bigint }[] = [];
  const fined: { orderId: string; worker: WorkerModel }[] = [];
  const at = (actor: Actor = tx.actor) => ({ ...tx, now: calendar.now(), actor });

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
        endedAt: calendar.now(),
      };
      for (let i = 0; i < (priced?.twice ? 2 : 1); i++) await postEndedOrder(at(), order);
      if (!priced || !worker) continue;
      client.owes += price!;
      client.open += price!;
      client.orders.push(orderId);
      const earned = { completed: halfUp(cost!, 60n), failed: -4_000n, cancelled: 0n }[priced.outcome];
      worker.owed += earned;
      worker.open += earned;
      if (priced.outcome === 'failed') fined.push({ orderId, worker });
    } else if (event.what === 'bonus') {
      const worker = workers[event.worker]!;
      const { amountCents } = event;
      const amount = `${amountCents / 100n}.${String(amountCents % 100n).padStart(2, '0')}`;
      const bonus = { bonusId: randomUUID(), workerId: worker.id, amount, reason: 'For the model' };
      // A large one is only proposed: nothing moves yet.
      let isProposed = false;
      for (let i = 0; i < (event.twice ? 2 : 1); i++) ({ isProposed } = await giveBonus(at(manager), bonus));
      if (isProposed) {
        proposed.push({ bonusId: bonus.bonusId, worker, amountCents });
        continue;
      }
      worker.owed += amountCents;
      worker.open += amountCents;
    } else if (event.what === 'agreement') {
      const last = proposed.pop();
      if (!last) continue;
      const decision = { bonusId: last.bonusId, decision: event.decision };
      const decide = (who: Actor) =>
        decideBonus(at(who), decision).then(
          () => true,
          (error) =>
            (error as { code?: string }).code?.startsWith('billing.') !== true && Promise.reject(error),
        );
      same('whether one agrees to their own bonus', await decide(manager), event.decision === 'declined');
      if (event.decision === 'declined') continue;
      same('whether another agrees', await decide(secondManager), true);
      last.worker.owed += last.amountCents;
      last.worker.open += last.amountCents;
    } else if (event.what === 'write_off') {
      const failed = await tx.db
        .select()
        .from(invoices)
        .where(and(inArray(invoices.clientId, ids(clients)), eq(invoices.state, 'failed')))
        .orderBy(invoices.number);
      const invoice = failed[event.which % Math.max(failed.length, 1)];
      if (!invoice) continue;
      const decision = { invoiceId: invoice.id, reason: 'For the model' };
      for (let i = 0; i < 2; i++) await writeOffInvoice(at(manager), decision);
      clients.find(({ id }) => id === invoice.clientId)!.owes -= invoice.amountCents;
      givenUp.set(invoice.id, invoice.amountCents);
    } else if (event.what === 'waiver') {
      const last = fined.pop();
      if (!last) continue;
      const waiver = { orderId: last.orderId, reason: 'For the model' };
      for (let i = 0; i < 2; i++) await waivePenalty(at(manager), waiver);
      last.worker.owed += 4_000n;
      last.worker.open += 4_000n;
    } else if (event.what === 'week' || event.what === 'month') {
      await calendar.end(event.what);
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
          if (attemptId) await hear(attemptId, event.truths);
        }
    } else if (event.what === 'payout') {
      for (const worker of workers)
        for (const statement of await tx.db
          .select()
          .from(statements)
          .where(eq(statements.workerId, worker.id))
          .orderBy(statements.period)) {
          if (statement.amountCents <= 0n) continue;
          const { attemptId } = await beginPayout(at(), {
            statementId: statement.id,
            attemptNo: statement.attemptsCount + 1,
          });
          if (!attemptId) continue;
          worker.owed -= statement.amountCents;
          inTransit.people += statement.amountCents;
          await hear(attemptId, event.truths);
        }
    } else if (event.what === 'refund') {
      const paid = await tx.db
        .select()
        .from(invoices)
        .where(and(inArray(invoices.clientId, ids(clients)), eq(invoices.state, 'paid')))
        .orderBy(invoices.number);
      const invoice = paid[event.which % Math.max(paid.length, 1)];
      if (!invoice) continue;
      const client = clients.find(({ id }) => id === invoice.clientId)!;
      const cents = (invoice.amountCents * event.percent) / 100n;
      if (cents <= 0n || cents > 100_000_000n) continue;
      const before = given.get(invoice.id) ?? 0n;
      const refund = {
        refundId: randomUUID(),
        invoiceId: invoice.id,
        amount: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
        reason: 'For the model',
        way: event.way,
      };
      const grant = () =>
        grantRefund(at(manager), refund).then(
          () => true,
          (error) => (error as { code?: string }).code !== 'billing.not_refundable' && Promise.reject(error),
        );
      const isGranted = await grant();
      same('whether a refund is granted', isGranted, before + cents <= invoice.amountCents);
      if (!isGranted) continue;
      if (event.twice) await grant();
      given.set(invoice.id, before + cents);
      if (event.way === 'next_invoice') {
        client.owes -= cents;
        client.open -= cents;
      } else inTransit.clients += cents;
    } else if (event.what === 'refund_again') {
      const failed = await tx.db
        .select()
        .from(refunds)
        .where(and(inArray(refunds.clientId, ids(clients)), eq(refunds.state, 'failed')))
        .orderBy(refunds.createdAt, refunds.id);
      const refund = failed[event.which % Math.max(failed.length, 1)];
      if (!refund) continue;
      const again = () =>
        retryRefund(at(manager), { refundId: refund.id }).then(
          () => true,
          (error) => (error as { code?: string }).code !== 'billing.not_resendable' && Promise.reject(error),
        );
      const client = clients.find(({ id }) => id === refund.clientId)!;
      const isSent = await again();
      same('whether a refund is sent again', isSent, client.lowering.delete(refund.id));
      if (!isSent) continue;
      same('whether it is sent twice at once', await again(), false);
      client.owes += refund.amountCents;
      client.open += refund.amountCents;
      inTransit.clients += refund.amountCents;
    } else {
      const states = {
        heard: ['asking', 'unknown', 'pending', 'parked'],
        late_success: ['failed'],
        returned: ['succeeded'],
      } as const;
      const found = await tx.db
        .select({ id: attempts.id, purpose: attempts.purpose })
        .from(attempts)
        .where(
          and(
            inArray(attempts.partyId, [...ids(clients), ...ids(workers)]),
            inArray(attempts.state, [...states[event.what]]),
            ...(event.what === 'returned' ? [eq(attempts.purpose, 'payout')] : []),
          ),
        )
        .orderBy(attempts.createdAt, attempts.key);
      const attempt = found[event.which % Math.max(found.length, 1)];
      if (!attempt) continue;
      const said = {
        heard: event.what === 'heard' ? event.truths : [],
        late_success: ['succeeded' as const],
        returned: ['returned' as const],
      }[event.what];
      // What a partner says twice changes nothing the second time.
      for (let i = 0; i < 2; i++) await hear(attempt.id, said);
    }
  }

  /** A partner says one thing after another about a try, and plain arithmetic follows what comes of it. */
  async function hear(attemptId: string, said: readonly Truth['is'][]): Promise<void> {
    for (const is of said) {
      const [before] = await tx.db.select().from(attempts).where(eq(attempts.id, attemptId));
      const code = is === 'failed' || is === 'returned';
      const truth = (code ? { is, failureCode: 'declined' } : { is }) as Truth;
      const { state } = (await settleAttempt(at(), { attemptId, truth }))!;
      if (state === before!.state) continue;
      const { purpose, documentId, partyId, amountCents } = before!;
      const wasFailed = before!.state === 'failed';
      const others = moved.get(documentId) ?? new Set();
      moved.set(documentId, others);
      const client = clients.find(({ id }) => id === partyId);
      const worker = workers.find(({ id }) => id === partyId);
      if (purpose === 'charge' && state === 'succeeded') {
        bank.clients += amountCents;
        // Taken a second time: it is on its way back at once.
        if (others.size) inTransit.clients += amountCents;
        else {
          client!.paid += amountCents;
          // What was given up is owed again, and paid.
          if (!givenUp.delete(documentId)) client!.owes -= amountCents;
        }
      } else if (purpose === 'refund' && state === 'succeeded') {
        bank.clients -= amountCents;
        if (wasFailed) {
          client!.owes += amountCents;
          client!.open += amountCents;
        } else inTransit.clients -= amountCents;
      } else if (purpose === 'refund' && state === 'failed') {
        client!.lowering.add(documentId);
        inTransit.clients -= amountCents;
        client!.owes -= amountCents;
        client!.open -= amountCents;
      } else if (purpose === 'payout' && state === 'succeeded') {
        bank.people -= amountCents;
        if (wasFailed) worker!.owed -= amountCents;
        else inTransit.people -= amountCents;
        if (others.size) worker!.open -= amountCents;
      } else if (purpose === 'payout' && state === 'failed') {
        inTransit.people -= amountCents;
        worker!.owed += amountCents;
      } else if (purpose === 'payout' && state === 'returned') {
        bank.people += amountCents;
        worker!.owed += amountCents;
        others.delete(attemptId);
        if (others.size) worker!.open += amountCents;
      }
      if (state === 'succeeded') others.add(attemptId);
    }
  }
}

/** Holds all stories' arithmetic against the books, in a few questions about all of them. */
async function compare(tx: Tx, books: readonly Books[]): Promise<void> {
  const clients = books.flatMap((book) => book.clients);
  const workers = books.flatMap((book) => book.workers);
  const total = sql<string>`sum(${lines.amountCents})`;
  const accountOf = (id: string) => accountId('clients', 'receivable', id);
  const payableOf = (id: string) => accountId('people', 'payable', id);
  const stands = await tx.db
    .select({
      account: lines.accountId,
      total,
      paid: sql<string>`coalesce(-sum(${lines.amountCents})
        filter (where ${transactions.kind} = 'charge_succeeded' and ${lines.amountCents} < 0), 0)`,
    })
    .from(lines)
    .innerJoin(transactions, eq(transactions.id, lines.transactionId))
    .where(inArray(lines.accountId, [...ids(clients).map(accountOf), ...ids(workers).map(payableOf)]))
    .groupBy(lines.accountId);
  const byAccount = new Map(stands.map((row) => [row.account, row]));
  const open = await tx.db
    .select({ partyId: items.partyId, total: sql<string>`sum(${items.amountCents})` })
    .from(items)
    .where(and(inArray(items.partyId, [...ids(clients), ...ids(workers)]), isNull(items.documentId)))
    .groupBy(items.partyId);
  const openOf = new Map(open.map((row) => [row.partyId, BigInt(row.total)]));
  const orders = clients.flatMap((client) => client.orders);
  const billed = orders.length
    ? await tx.db
        .select({ subject: transactions.subject, n: sql<number>`count(*)::int` })
        .from(transactions)
        .where(and(inArray(transactions.subject, orders), eq(transactions.kind, 'order_charged')))
        .groupBy(transactions.subject)
    : [];
  const timesBilled = new Map(billed.map(({ subject, n }) => [subject, n]));
  for (const orderId of orders) same('how often an order was billed', timesBilled.get(orderId), 1);
  for (const client of clients) {
    const stand = byAccount.get(accountOf(client.id));
    same('what a client owes', BigInt(stand?.total ?? 0), client.owes);
    same('what a client has paid', BigInt(stand?.paid ?? 0), client.paid);
    same('what the next invoice would be', openOf.get(client.id) ?? 0n, client.open);
  }
  for (const worker of workers) {
    same('what a worker is owed', -BigInt(byAccount.get(payableOf(worker.id))?.total ?? 0), worker.owed);
    same('what the next statement would move', openOf.get(worker.id) ?? 0n, worker.open);
  }
  // The product's own readers, of whoever comes first.
  const [client] = clients;
  same('what a client reads', await balanceOf(tx, accountOf(client!.id)), client!.owes);
  same('what a client has paid in total', await paidInTotal(tx, client!.id), client!.paid);
  const lost = books.flatMap((book) => [...book.givenUp.values()]).reduce((sum, cents) => sum + cents, 0n);
  same('what was given up', await balanceOf(tx, accountId('clients', 'bad_debts')), lost);
  for (const book of ['clients', 'people'] as const) {
    const sumOf = (of: 'bank' | 'inTransit') => books.reduce((sum, one) => sum + one[of][book], 0n);
    same('the money with us', await balanceOf(tx, accountId(book, 'bank')), sumOf('bank'));
    same('the money on its way', await balanceOf(tx, accountId(book, 'in_transit')), -sumOf('inTransit'));
    const rows = await trialBalance(tx, book);
    same(
      'the sum of a book',
      rows.reduce((sum, row) => sum + row.balanceCents, 0n),
      0n,
    );
  }
}

const ids = (parties: readonly { id: string }[]) => parties.map(({ id }) => id);
const nextSunday = (from: Date) =>
  new Date(from.getTime() + ((7 - from.getUTCDay()) % 7) * 86_400_000).toISOString().slice(0, 10);
