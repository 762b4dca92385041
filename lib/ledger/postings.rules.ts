import type { Cents } from '#lib/kernel/money.ts';
import { accountId } from './accounts.rules.ts';
import type { Posting } from './post-transaction.ts';

type Facts = { occurredAt: Date; details?: Record<string, unknown> };
type OrderFacts = Facts & { orderId: string };
type ChargeFacts = Facts & { invoiceId: string; attemptNo: number; clientId: string; amountCents: Cents };
type PayoutFacts = Facts & { statementId: string; attemptNo: number; workerId: string; amountCents: Cents };

const receivable = (clientId: string) => accountId('clients', 'receivable', clientId);
const payable = (workerId: string) => accountId('people', 'payable', workerId);
const moved = (from: string, to: string, amountCents: Cents) => [
  { account: to, amountCents },
  { account: from, amountCents: -amountCents },
];

/**
 * What each business event does to the books, in full: nothing else is ever posted. Each takes positive amounts and
 * debits what it moves to. The table in README.md is this, in words; a test holds the two together.
 */
export const postings = {
  /** The client owes the order's cost before discount; the same for completed, failed and cancelled [US-030][US-031]. */
  order_charged: ({
    orderId,
    clientId,
    costCents,
    ...facts
  }: OrderFacts & { clientId: string; costCents: Cents }): Posting => ({
    key: `order:${orderId}:charge`,
    book: 'clients',
    kind: 'order_charged',
    subject: orderId,
    lines: moved(accountId('clients', 'revenue'), receivable(clientId), costCents),
    ...facts,
  }),

  /** The loyalty discount as fixed at matching, an entry of its own [US-040]. */
  discount_given: ({
    orderId,
    clientId,
    discountCents,
    ...facts
  }: OrderFacts & { clientId: string; discountCents: Cents }): Posting => ({
    key: `order:${orderId}:discount`,
    book: 'clients',
    kind: 'discount_given',
    subject: orderId,
    lines: moved(receivable(clientId), accountId('clients', 'discounts'), discountCents),
    ...facts,
  }),

  /** The gateway took the money. A failed charge moves nothing and is not posted. */
  charge_succeeded: ({ invoiceId, attemptNo, clientId, amountCents, ...facts }: ChargeFacts): Posting => ({
    key: `charge:${invoiceId}:${attemptNo}`,
    book: 'clients',
    kind: 'charge_succeeded',
    subject: invoiceId,
    lines: moved(receivable(clientId), accountId('clients', 'bank'), amountCents),
    ...facts,
  }),

  /** A completed order earns the worker their share [US-240]. */
  worker_earned: ({
    orderId,
    workerId,
    amountCents,
    ...facts
  }: OrderFacts & { workerId: string; amountCents: Cents }): Posting => ({
    key: `order:${orderId}:earning`,
    book: 'people',
    kind: 'worker_earned',
    subject: orderId,
    lines: moved(payable(workerId), accountId('people', 'earnings'), amountCents),
    ...facts,
  }),

  /** A failed order is fined [US-240]. */
  worker_fined: ({
    orderId,
    workerId,
    amountCents,
    ...facts
  }: OrderFacts & { workerId: string; amountCents: Cents }): Posting => ({
    key: `order:${orderId}:penalty`,
    book: 'people',
    kind: 'worker_fined',
    subject: orderId,
    lines: moved(accountId('people', 'penalties'), payable(workerId), amountCents),
    ...facts,
  }),

  /** An audit took the fine back. */
  penalty_waived: ({
    orderId,
    workerId,
    amountCents,
    ...facts
  }: OrderFacts & { workerId: string; amountCents: Cents }): Posting => ({
    key: `order:${orderId}:waiver`,
    book: 'people',
    kind: 'penalty_waived',
    subject: orderId,
    lines: moved(payable(workerId), accountId('people', 'penalties'), amountCents),
    ...facts,
  }),

  /** A manager credited a sum, with a reason [US-270]. */
  bonus_given: ({
    bonusId,
    workerId,
    amountCents,
    ...facts
  }: Facts & { bonusId: string; workerId: string; amountCents: Cents }): Posting => ({
    key: `bonus:${bonusId}`,
    book: 'people',
    kind: 'bonus_given',
    subject: bonusId,
    lines: moved(payable(workerId), accountId('people', 'bonuses'), amountCents),
    ...facts,
  }),

  /** Before Golden Hat is asked: the sum leaves what is owed, so that it cannot be paid twice. */
  payout_sent: ({ statementId, attemptNo, workerId, amountCents, ...facts }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:sent`,
    book: 'people',
    kind: 'payout_sent',
    subject: statementId,
    lines: moved(accountId('people', 'in_transit'), payable(workerId), amountCents),
    ...facts,
  }),

  payout_confirmed: ({
    statementId,
    attemptNo,
    workerId: _,
    amountCents,
    ...facts
  }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:confirmed`,
    book: 'people',
    kind: 'payout_confirmed',
    subject: statementId,
    lines: moved(accountId('people', 'bank'), accountId('people', 'in_transit'), amountCents),
    ...facts,
  }),

  /** The money did not arrive: it is owed again. */
  payout_failed: ({ statementId, attemptNo, workerId, amountCents, ...facts }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:failed`,
    book: 'people',
    kind: 'payout_failed',
    subject: statementId,
    lines: moved(payable(workerId), accountId('people', 'in_transit'), amountCents),
    ...facts,
  }),

  /** Golden Hat said failed and then, later, that it had arrived after all. */
  payout_confirmed_late: ({
    statementId,
    attemptNo,
    workerId,
    amountCents,
    ...facts
  }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:confirmed-late`,
    book: 'people',
    kind: 'payout_confirmed_late',
    subject: statementId,
    lines: moved(accountId('people', 'bank'), payable(workerId), amountCents),
    ...facts,
  }),
};

export type PostingKind = keyof typeof postings;
