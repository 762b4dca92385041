'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { declineOrder } from '#lib/ordering/index.ts';

/** "I cannot come": the order fails at once [US-130]. */
export async function cannotCome(_: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await declineOrder(ctx, {
      orderId: String(form.get('orderId') ?? ''),
      reason: String(form.get('reason') ?? '') || undefined,
    });
    const t = await getTranslations('execution.decline');
    return { message: t('done') };
  });
}
