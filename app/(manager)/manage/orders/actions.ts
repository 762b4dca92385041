'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { endOrder } from '#lib/ordering/index.ts';

export async function end(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await endOrder(ctx, {
      orderId: form.get('orderId')?.toString(),
      outcome: form.get('outcome')?.toString(),
      reason: form.get('reason')?.toString(),
    });
    const t = await getTranslations('ordering.act');
    return { message: t('ended') };
  });
}
