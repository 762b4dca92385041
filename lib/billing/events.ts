import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

const purpose = z.enum(['charge', 'payout', 'refund']);
const invoice = { invoiceId: eventField.id, clientId: eventField.id, amountCents: eventField.cents };
const statement = { statementId: eventField.id, workerId: eventField.id, amountCents: eventField.cents };

/** A further run of a close goes on behind this client or worker. */
const after = eventField.id.optional();

/** A manager asked for the close of a period, or the clock did: "2026-03-08" is the Sunday [US-220]. */
export const weekCloseRequested = defineEvent('billing/week-close.requested', {
  periodEnd: eventField.id,
  after,
});
/** "2026-03" is the month [US-230]. */
export const monthCloseRequested = defineEvent('billing/month-close.requested', {
  month: eventField.id,
  after,
});
export const invoiceIssued = defineEvent('billing/invoice.issued', invoice);
/** A further try at a failed invoice: by the clock's schedule, or because the client asked. */
export const chargeRequested = defineEvent('billing/charge.requested', {
  ...invoice,
  attemptNo: z.number().int().min(1),
  isByPerson: z.boolean().optional(),
});
export const chargeSucceeded = defineEvent('billing/charge.succeeded', invoice);
export const chargeFailed = defineEvent('billing/charge.failed', invoice);
/** The last retry failed: the client may request nothing new until the invoice is paid or a manager decides. */
export const clientPaused = defineEvent('billing/client.paused', invoice);
export const statementIssued = defineEvent('billing/statement.issued', statement);
/** A further try at a payout that failed or never began. */
export const payoutRequested = defineEvent('billing/payout.requested', {
  ...statement,
  attemptNo: z.number().int().min(1),
});
export const payoutConfirmed = defineEvent('billing/payout.confirmed', statement);
export const payoutFailed = defineEvent('billing/payout.failed', statement);
/** Golden Hat sent a statement's money although another transfer had paid it: the next statement takes it back. */
export const payoutDoubled = defineEvent('billing/payout.doubled', statement);
/** A payout that had arrived came back: the worker's details are to be looked at. */
export const payoutReturned = defineEvent('billing/payout.returned', {
  ...statement,
  failureCode: z.string().max(100),
});
const refund = { ...invoice, refundId: eventField.id };
/** A client's credit goes back by the way it came. */
export const refundRequested = defineEvent('billing/refund.requested', {
  ...refund,
  attemptId: eventField.id,
});
export const refundSucceeded = defineEvent('billing/refund.succeeded', refund);
/** The way back is closed: the next invoice is lower instead. */
export const refundFailed = defineEvent('billing/refund.failed', refund);
/** A partner does not say how a movement of money ended, after many asks: a person must look. */
export const attemptParked = defineEvent('billing/attempt.parked', {
  attemptId: eventField.id,
  purpose,
  documentId: eventField.id,
  amountCents: eventField.cents,
});
/** A client added a way to pay; the gateway is to be asked for its token. */
export const methodRequested = defineEvent('billing/method.requested', {
  methodId: eventField.id,
  clientId: eventField.id,
});
export const bonusGiven = defineEvent('billing/bonus.given', {
  workerId: eventField.id,
  amountCents: eventField.cents,
  reason: z.string(),
});
/** A person wants a parked movement of money asked about once more. */
export const attemptAskRequested = defineEvent('billing/attempt-ask.requested', { attemptId: eventField.id });

/** A day is over and to be compared with a partner's own list ("2026-03-08"). */
export const reconciliationRequested = defineEvent('billing/reconciliation.requested', {
  purpose,
  day: eventField.id,
  /** A further run goes on behind this place in the partner's list, or behind this try that no list had. */
  after: z.string().max(100).optional(),
  unseenAfter: eventField.id.optional(),
});
/** A day's comparison left something that a person must look at. */
export const discrepancyFound = defineEvent('billing/discrepancy.found', {
  purpose,
  day: eventField.id,
  count: z.number().int(),
});
/** A person wants a partner asked about a discrepancy once more. */
export const discrepancyLookRequested = defineEvent('billing/discrepancy-look.requested', {
  key: z.string().max(200),
});
/** A worker wants to be paid to another account; a link is to be mailed to them. */
export const payoutChangeRequested = defineEvent('billing/payout-change.requested', {
  changeId: eventField.id,
  workerId: eventField.id,
});
export const payoutDetailsChanged = defineEvent('billing/payout-details.changed', {
  workerId: eventField.id,
});
/** A bonus above what one manager may give alone: a second one decides [US-270]. */
export const bonusProposed = defineEvent('billing/bonus.proposed', {
  bonusId: eventField.id,
  workerId: eventField.id,
  amountCents: eventField.cents,
  reason: z.string(),
});
