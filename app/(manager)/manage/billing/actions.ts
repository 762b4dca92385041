'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import {
  allowRequests,
  askAgain,
  askAllAgain,
  decideBonus,
  giveBonus,
  grantRefund,
  lookAgain,
  pauseClose,
  payInvoice,
  requestClose,
  resolveDiscrepancy,
  resumeClose,
  retryPayout,
  retryRefund,
  settleParked,
  waivePenalty,
  writeOffInvoice,
} from '#lib/billing/index.ts';

const words = () => getTranslations('billing.manage');

export async function closeWeekAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await requestClose(ctx, { kind: 'week', period: form.get('period') });
    return { message: (await words())('closeAsked') };
  });
}

export async function closeMonthAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await requestClose(ctx, { kind: 'month', period: form.get('period') });
    return { message: (await words())('closeAsked') };
  });
}

export async function pauseCloseAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await pauseClose(ctx, { kind: form.get('kind'), period: form.get('period') });
    return { message: (await words())('closePausedNow') };
  });
}

export async function resumeCloseAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await resumeClose(ctx, { kind: form.get('kind'), period: form.get('period') });
    return { message: (await words())('closeResumed') };
  });
}

export async function giveBonusAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { isProposed } = await giveBonus(ctx, {
      bonusId: form.get('bonusId'),
      workerId: form.get('workerId'),
      amount: form.get('amount'),
      reason: form.get('reason'),
    });
    return { message: (await words())(isProposed ? 'proposals.proposed' : 'bonusGiven') };
  });
}

export async function chargeAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await payInvoice(ctx, { invoiceId: form.get('invoiceId') });
    return { message: (await words())('asked') };
  });
}

export async function payAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await retryPayout(ctx, { statementId: form.get('statementId') });
    return { message: (await words())('asked') };
  });
}

export async function askAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await askAgain(ctx, { attemptId: form.get('attemptId') });
    return { message: (await words())('asked') };
  });
}

export async function askAllAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { count } = await askAllAgain(ctx);
    return { message: (await words())('askedAll', { count }) };
  });
}

export async function settleParkedAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await settleParked(ctx, {
      attemptId: form.get('attemptId'),
      outcome: form.get('outcome'),
      reason: form.get('reason'),
    });
    return { message: (await words())('settleParked.done') };
  });
}

export async function allowRequestsAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await allowRequests(ctx, { invoiceId: form.get('invoiceId'), reason: form.get('reason') });
    return { message: (await words())('pauses.allowed') };
  });
}

export async function writeOffAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await writeOffInvoice(ctx, { invoiceId: form.get('invoiceId'), reason: form.get('reason') });
    return { message: (await words())('pauses.writtenOff') };
  });
}

export async function grantRefundAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await grantRefund(ctx, {
      refundId: form.get('refundId'),
      invoiceId: form.get('invoiceId'),
      amount: form.get('amount'),
      reason: form.get('reason'),
      way: form.get('way'),
    });
    return { message: (await words())(form.get('way') === 'back' ? 'refund.sending' : 'refund.granted') };
  });
}

export async function refundAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await retryRefund(ctx, { refundId: form.get('refundId') });
    return { message: (await words())('refund.sending') };
  });
}

export async function lookAgainAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await lookAgain(ctx, { key: form.get('key') });
    return { message: (await words())('asked') };
  });
}

export async function resolveDiscrepancyAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await resolveDiscrepancy(ctx, { key: form.get('key'), resolution: form.get('resolution') });
    return { message: (await words())('reconciliation.resolvedNow') };
  });
}

export async function decideBonusAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await decideBonus(ctx, { bonusId: form.get('bonusId'), decision: form.get('decision') });
    const t = await words();
    return { message: t(form.get('decision') === 'given' ? 'bonusGiven' : 'proposals.declined') };
  });
}

export async function waivePenaltyAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { isWaivedNow } = await waivePenalty(ctx, {
      orderId: form.get('orderId'),
      reason: form.get('reason'),
    });
    return { message: (await words())(isWaivedNow ? 'penalty.waivedNow' : 'penalty.waivedBefore') };
  });
}
