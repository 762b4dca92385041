'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { addPaymentMethod, choosePaymentMethod, payInvoice } from '#lib/billing/index.ts';

export async function addMethodAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await addPaymentMethod(ctx, { methodId: form.get('methodId'), label: form.get('label') });
    return { message: (await getTranslations('billing.methods'))('added') };
  });
}

export async function chooseMethodAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await choosePaymentMethod(ctx, { methodId: form.get('methodId') });
    return { message: (await getTranslations('billing.methods'))('nowUsed') };
  });
}

export async function payInvoiceAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await payInvoice(ctx, { invoiceId: form.get('invoiceId') });
    return { message: (await getTranslations('billing.failed'))('asked') };
  });
}
