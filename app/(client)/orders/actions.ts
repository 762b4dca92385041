'use server';

import { getTimeZone, getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import { instantOf } from '#app/order-parts/wall-clock.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { cancelOrder, confirmOrder, disputeOrder, placeOrder, reorder } from '#lib/ordering/index.ts';

const text = (form: FormData, name: string) => form.get(name)?.toString();

export async function requestHelp(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { orderId } = await placeOrder(ctx, {
      requestKey: text(form, 'requestKey'),
      serviceTypeId: text(form, 'serviceTypeId'),
      what: text(form, 'what'),
      place: text(form, 'place'),
      contact: text(form, 'contact'),
      startsAt: instantOf(form.get('startsAt'), await getTimeZone()),
    });
    return { redirectTo: `/orders/${orderId}` };
  });
}

export async function requestAgain(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { orderId } = await reorder(ctx, {
      orderId: text(form, 'orderId'),
      requestKey: text(form, 'requestKey'),
      startsAt: instantOf(form.get('startsAt'), await getTimeZone()),
    });
    return { redirectTo: `/orders/${orderId}` };
  });
}

export async function cancel(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await cancelOrder(ctx, { orderId: text(form, 'orderId'), reason: text(form, 'reason') });
    const t = await getTranslations('ordering.act');
    return { message: t('cancelled') };
  });
}

export async function confirm(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await confirmOrder(ctx, { orderId: text(form, 'orderId') });
    const t = await getTranslations('ordering.act');
    return { message: t('confirmed') };
  });
}

export async function dispute(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await disputeOrder(ctx, { orderId: text(form, 'orderId'), reason: text(form, 'reason') });
    const t = await getTranslations('ordering.act');
    return { message: t('disputed') };
  });
}
