'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { acceptApplication, declineApplication } from '#lib/hiring/index.ts';

export async function accept(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const scores = [...form].filter(([name]) => name.startsWith('characteristics.'));
    await acceptApplication(ctx, {
      applicationId: String(form.get('applicationId')),
      characteristics: Object.fromEntries(
        scores.map(([name, value]) => [
          name.slice('characteristics.'.length),
          value === '' ? undefined : value,
        ]),
      ),
      reason: String(form.get('reason') ?? ''),
    });
    const t = await getTranslations('hiring');
    return { message: t('decide.accepted') };
  });
}

export async function decline(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await declineApplication(ctx, {
      applicationId: String(form.get('applicationId')),
      reason: String(form.get('reason') ?? ''),
    });
    const t = await getTranslations('hiring');
    return { message: t('decide.declined') };
  });
}
