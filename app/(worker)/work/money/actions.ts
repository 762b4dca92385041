'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { confirmPayoutChange, requestPayoutChange } from '#lib/billing/index.ts';

export async function requestPayoutChangeAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await requestPayoutChange(ctx, {
      changeId: form.get('changeId'),
      name: form.get('name'),
      account: form.get('account'),
    });
    return { message: (await getTranslations('billing.payoutDetails'))('requested') };
  });
}

export async function confirmPayoutChangeAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await confirmPayoutChange(ctx, { token: form.get('token') });
    return { redirectTo: '/work/money' };
  });
}
