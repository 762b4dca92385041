'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { requestVerification } from '#lib/ledger/index.ts';

export async function requestVerificationAction(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await requestVerification(ctx);
    return { message: (await getTranslations('ledger'))('asked') };
  });
}
