import { defineEvent, eventField } from '#lib/kernel/events.ts';

const invoice = { invoiceId: eventField.id, clientId: eventField.id, amountCents: eventField.cents };
const statement = { statementId: eventField.id, workerId: eventField.id, amountCents: eventField.cents };

/** A manager asked for the close of a period, or the clock did: "2026-03-08" is the Sunday [US-220]. */
export const weekCloseRequested = defineEvent('billing/week-close.requested', { periodEnd: eventField.id });
/** "2026-03" is the month [US-230]. */
export const monthCloseRequested = defineEvent('billing/month-close.requested', { month: eventField.id });
export const invoiceIssued = defineEvent('billing/invoice.issued', invoice);
export const chargeSucceeded = defineEvent('billing/charge.succeeded', invoice);
export const chargeFailed = defineEvent('billing/charge.failed', invoice);
export const statementIssued = defineEvent('billing/statement.issued', statement);
export const payoutConfirmed = defineEvent('billing/payout.confirmed', statement);
export const payoutFailed = defineEvent('billing/payout.failed', statement);
