import { z } from 'zod';
import { parseCents } from '#lib/kernel/money.ts';

// Nothing chosen reads as missing, not as malformed.
const id = z.string().min(1).pipe(z.guid());

/** An amount as people type it ("12,50"), more than zero, at most a million units. */
const amount = z
  .string()
  .trim()
  .min(1)
  .transform((text, issues) => {
    const cents = parseCents(text);
    if (cents === null) issues.addIssue({ code: 'custom', message: 'billing.not_an_amount' });
    else if (cents <= 0n) issues.addIssue({ code: 'custom', message: 'billing.amount_too_small' });
    else if (cents > 100_000_000n) issues.addIssue({ code: 'custom', message: 'billing.amount_too_big' });
    else return cents;
    return z.NEVER;
  });

export const giveBonusInput = z.object({
  /** Made by the form: the same click twice gives one bonus. */
  bonusId: id,
  workerId: id,
  amount,
  reason: z.string().trim().min(3).max(500),
});

export const requestCloseInput = z.object({
  kind: z.enum(['week', 'month']),
  period: z.string().min(1).max(20),
});

export const addPaymentMethodInput = z.object({
  methodId: id,
  label: z.string().trim().min(2).max(60),
});

export const choosePaymentMethodInput = z.object({ methodId: id });
export const payInvoiceInput = z.object({ invoiceId: id });
export const grantRefundInput = z.object({
  /** Made by the form: the same click twice gives one refund. */
  refundId: id,
  invoiceId: id,
  amount,
  reason: z.string().trim().min(3).max(500),
  /** By the way it was paid, or off the next invoice. */
  way: z.enum(['back', 'next_invoice']).default('next_invoice'),
});
export const decidePauseInput = z.object({ invoiceId: id, reason: z.string().trim().min(3).max(500) });
export const retryRefundInput = z.object({ refundId: id });
export const retryPayoutInput = z.object({ statementId: id });
export const askAgainInput = z.object({ attemptId: id });
export const settleParkedInput = z.object({
  attemptId: id,
  outcome: z.enum(['succeeded', 'failed']),
  reason: z.string().trim().min(3).max(500),
});
export const waivePenaltyInput = z.object({ orderId: id, reason: z.string().trim().min(3).max(500) });
export const lookAgainInput = z.object({ key: z.string().min(1).max(200) });
export const resolveDiscrepancyInput = z.object({
  key: z.string().min(1).max(200),
  resolution: z.string().trim().min(3).max(500),
});
export const requestPayoutChangeInput = z.object({
  /** Made by the form: a second click asks for the same change. */
  changeId: id,
  name: z.string().trim().min(2).max(100),
  account: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^GH-[A-Z0-9-]{4,60}$/, 'billing.not_an_account'),
});
export const confirmPayoutChangeInput = z.object({ token: z.string().min(20).max(100) });
export const decideBonusInput = z.object({ bonusId: id, decision: z.enum(['given', 'declined']) });
