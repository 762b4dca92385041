import {
  beginCharge,
  chargeRequested,
  ensurePaymentMethod,
  invoiceIssued,
  openPaymentMethod,
} from '#lib/billing/index.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { policy } from './policy.ts';

/** Takes an invoice's amount by the client's chosen method [US-220]; invoice and attempt number are the unique key. */
export const chargeInvoice = policy(
  { id: 'charge-invoice', on: [invoiceIssued, chargeRequested] },
  async ({ data, act, sleepUntil }) => {
    const { invoiceId, clientId } = data;
    const attemptNo = 'attemptNo' in data ? (data.attemptNo as number) : 1;
    const isByPerson = 'isByPerson' in data && data.isByPerson === true;
    const { methodId } = await act('choose-method', (ctx) => ensurePaymentMethod(ctx, { clientId }));
    await act('open-method', (ctx) => openPaymentMethod(ctx, { methodId }));
    const { attemptId } = await act('begin', (ctx) => beginCharge(ctx, { invoiceId, attemptNo, isByPerson }));
    if (attemptId) await askUntilAnswered({ act, sleepUntil }, attemptId);
  },
);
