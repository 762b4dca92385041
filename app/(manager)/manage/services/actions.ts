'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { createServiceType, publishServiceVersion, retireServiceType } from '#lib/catalog/index.ts';

const text = (form: FormData, name: string) => form.get(name)?.toString() ?? '';
const number = (value: FormDataEntryValue | null | undefined) => (value ? Number(value) : undefined);

/** The fields as the verbs want them; kit lines travel as two lists of the same length. */
function serviceOf(form: FormData) {
  const quantities = form.getAll('kit.quantity');
  return {
    name: { en: text(form, 'name.en'), ru: text(form, 'name.ru') },
    description: { en: text(form, 'description.en'), ru: text(form, 'description.ru') },
    durationMinutes: number(form.get('durationMinutes')),
    skills: form.getAll('skills').map(String),
    kit: form
      .getAll('kit.itemCode')
      .map((itemCode, index) => ({ itemCode: String(itemCode), quantity: number(quantities[index]) })),
  };
}

export async function create(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await createServiceType(ctx, { requestKey: text(form, 'requestKey'), ...serviceOf(form) });
    return { redirectTo: '/manage/services' };
  });
}

export async function publish(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await publishServiceVersion(ctx, {
      serviceTypeId: text(form, 'serviceTypeId'),
      basedOnVersion: Number(form.get('basedOnVersion')),
      ...serviceOf(form),
    });
    const t = await getTranslations('catalog');
    return { message: t('saved') };
  });
}

export async function retire(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await retireServiceType(ctx, {
      serviceTypeId: text(form, 'serviceTypeId'),
      reason: text(form, 'reason'),
    });
    return { redirectTo: '/manage/services' };
  });
}
