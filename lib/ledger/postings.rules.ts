import type { Cents } from '#lib/kernel/money.ts';
import { accountId } from './accounts.rules.ts';
import type { Posting } from './post-transaction.ts';

type Facts = { occurredAt: Date; details?: Record<string, unknown> };
type OrderFacts = Facts & { orderId: string };
type ChargeFacts = Facts & { invoiceId: string; attemptNo: number; clientId: string; amountCents: Cents };
type PayoutFacts = Facts & { statementId: string; attemptNo: number; workerId: string; amountCents: Cents };

type RefundFacts = Facts & { refundId: string; clientId: string; amountCents: Cents };
type SentFacts = RefundFacts & { attemptNo: number };
/** The first try is named by the refund alone: there was only one of them once. */
const sentKey = (refundId: string, attemptNo: number) =>
  attemptNo === 1 ? `refund:${refundId}` : `refund:${refundId}:${attemptNo}`;
type StakeFacts = Facts & { orderId: string; memberId: string; amountCents: Cents };

const receivable = (clientId: string) => accountId('clients', 'receivable', clientId);
const payable = (workerId: string) => accountId('people', 'payable', workerId);
const stakesOf = (memberId: string) => accountId('betting', 'balance', memberId);
const pool = (orderId: string) => accountId('betting', 'pool', orderId);
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

  /** The gateway took the money for an invoice that was paid already: the client is in credit, and it goes back. */
  charge_succeeded_again: ({
    invoiceId,
    attemptNo,
    clientId,
    amountCents,
    ...facts
  }: ChargeFacts): Posting => ({
    key: `charge:${invoiceId}:${attemptNo}:again`,
    book: 'clients',
    kind: 'charge_succeeded_again',
    subject: invoiceId,
    lines: moved(receivable(clientId), accountId('clients', 'bank'), amountCents),
    ...facts,
  }),

  /** A manager gives a client money back: it lowers what is owed. */
  refund_granted: ({ refundId, clientId, amountCents, ...facts }: RefundFacts): Posting => ({
    key: `refund:${refundId}:granted`,
    book: 'clients',
    kind: 'refund_granted',
    subject: refundId,
    lines: moved(receivable(clientId), accountId('clients', 'refunds'), amountCents),
    ...facts,
  }),

  /** A client's credit goes back by the way it came; before the gateway is asked, so that it cannot go twice. */
  refund_sent: ({ refundId, attemptNo, clientId, amountCents, ...facts }: SentFacts): Posting => ({
    key: `${sentKey(refundId, attemptNo)}:sent`,
    book: 'clients',
    kind: 'refund_sent',
    subject: refundId,
    lines: moved(accountId('clients', 'in_transit'), receivable(clientId), amountCents),
    ...facts,
  }),

  refund_confirmed: ({ refundId, attemptNo, clientId: _, amountCents, ...facts }: SentFacts): Posting => ({
    key: `${sentKey(refundId, attemptNo)}:confirmed`,
    book: 'clients',
    kind: 'refund_confirmed',
    subject: refundId,
    lines: moved(accountId('clients', 'bank'), accountId('clients', 'in_transit'), amountCents),
    ...facts,
  }),

  /** The money could not be given back: the client is in credit again. */
  refund_failed: ({ refundId, attemptNo, clientId, amountCents, ...facts }: SentFacts): Posting => ({
    key: `${sentKey(refundId, attemptNo)}:failed`,
    book: 'clients',
    kind: 'refund_failed',
    subject: refundId,
    lines: moved(receivable(clientId), accountId('clients', 'in_transit'), amountCents),
    ...facts,
  }),

  /** The gateway said failed and then, later, that the client has the money after all. */
  refund_confirmed_late: ({ refundId, attemptNo, clientId, amountCents, ...facts }: SentFacts): Posting => ({
    key: `${sentKey(refundId, attemptNo)}:confirmed-late`,
    book: 'clients',
    kind: 'refund_confirmed_late',
    subject: refundId,
    lines: moved(accountId('clients', 'bank'), receivable(clientId), amountCents),
    ...facts,
  }),

  /** A manager gives an invoice up: nobody will pay it. */
  debt_written_off: ({
    invoiceId,
    clientId,
    amountCents,
    ...facts
  }: Facts & { invoiceId: string; clientId: string; amountCents: Cents }): Posting => ({
    key: `write-off:${invoiceId}`,
    book: 'clients',
    kind: 'debt_written_off',
    subject: invoiceId,
    lines: moved(receivable(clientId), accountId('clients', 'bad_debts'), amountCents),
    ...facts,
  }),

  /** What had been given up is paid after all: it is owed again, and the payment itself follows. */
  debt_reinstated: ({
    invoiceId,
    clientId,
    amountCents,
    ...facts
  }: Facts & { invoiceId: string; clientId: string; amountCents: Cents }): Posting => ({
    key: `write-off:${invoiceId}:reversed`,
    book: 'clients',
    kind: 'debt_reinstated',
    subject: invoiceId,
    lines: moved(accountId('clients', 'bad_debts'), receivable(clientId), amountCents),
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

  /** The same for a statement that another transfer had paid meanwhile: the worker has it twice, and the next one takes it back. */
  payout_confirmed_again: ({
    statementId,
    attemptNo,
    workerId,
    amountCents,
    ...facts
  }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:confirmed-again`,
    book: 'people',
    kind: 'payout_confirmed_again',
    subject: statementId,
    lines: moved(accountId('people', 'bank'), payable(workerId), amountCents),
    ...facts,
  }),

  /**
   * A transfer arrived while an earlier one, held to have failed, had paid the statement after all: the worker has it twice,
   * and the next statement takes it back.
   */
  payout_confirmed_twice: ({
    statementId,
    attemptNo,
    workerId: _,
    amountCents,
    ...facts
  }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:confirmed-twice`,
    book: 'people',
    kind: 'payout_confirmed_twice',
    subject: statementId,
    lines: moved(accountId('people', 'bank'), accountId('people', 'in_transit'), amountCents),
    ...facts,
  }),

  /** A transfer that had arrived came back: it is owed again. */
  payout_returned: ({ statementId, attemptNo, workerId, amountCents, ...facts }: PayoutFacts): Posting => ({
    key: `payout:${statementId}:${attemptNo}:returned`,
    book: 'people',
    kind: 'payout_returned',
    subject: statementId,
    lines: moved(payable(workerId), accountId('people', 'bank'), amountCents),
    ...facts,
  }),

  /** A manager stakes on how an order ends [US-280]. */
  stake_placed: ({
    stakeId,
    orderId,
    memberId,
    amountCents,
    ...facts
  }: StakeFacts & { stakeId: string }): Posting => ({
    key: `stake:${stakeId}`,
    book: 'betting',
    kind: 'stake_placed',
    subject: orderId,
    lines: moved(pool(orderId), stakesOf(memberId), amountCents),
    ...facts,
  }),

  /** Who was right gets the own stake and a share of the rest [US-290]. */
  winnings_paid: ({ orderId, memberId, amountCents, ...facts }: StakeFacts): Posting => ({
    key: `pool:${orderId}:won:${memberId}`,
    book: 'betting',
    kind: 'winnings_paid',
    subject: orderId,
    lines: moved(stakesOf(memberId), pool(orderId), amountCents),
    ...facts,
  }),

  /** Nobody was right. */
  pool_lost: ({ orderId, amountCents, ...facts }: OrderFacts & { amountCents: Cents }): Posting => ({
    key: `pool:${orderId}:pot`,
    book: 'betting',
    kind: 'pool_lost',
    subject: orderId,
    lines: moved(accountId('betting', 'developers_pot'), pool(orderId), amountCents),
    ...facts,
  }),

  /** A stake that does not count goes back: lone, unopposed, too late, or of who ended the order by hand. */
  stake_voided: ({ orderId, memberId, amountCents, ...facts }: StakeFacts): Posting => ({
    key: `pool:${orderId}:void:${memberId}`,
    book: 'betting',
    kind: 'stake_voided',
    subject: orderId,
    lines: moved(stakesOf(memberId), pool(orderId), amountCents),
    ...facts,
  }),

  /** Members settled among themselves [US-281]; the pot is a party like any other. */
  members_settled: ({
    requestKey,
    fromMemberId,
    toParty,
    amountCents,
    ...facts
  }: Facts & { requestKey: string; fromMemberId: string; toParty: string; amountCents: Cents }): Posting => ({
    key: `transfer:${requestKey}`,
    book: 'betting',
    kind: 'members_settled',
    subject: fromMemberId,
    lines: moved(
      stakesOf(fromMemberId),
      toParty === 'pot' ? accountId('betting', 'developers_pot') : stakesOf(toParty),
      amountCents,
    ),
    ...facts,
  }),
};

export type PostingKind = keyof typeof postings;
