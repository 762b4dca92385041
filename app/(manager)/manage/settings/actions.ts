'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form.tsx';
import { requestDirectorySync } from '#lib/identity/index.ts';
import { changeSetting, type SettingKey } from '#lib/kernel/settings.ts';

/** Changes one setting; who and when stay in the audit trail. */
export async function saveSetting(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const key = String(form.get('key')) as SettingKey;
    const typed = form.get('value');
    const value = form.get('type') === 'number' ? Number(typed === '' ? Number.NaN : typed) : typed;
    await changeSetting(ctx, key, value);
    return { message: (await getTranslations('manager.settings'))('saved') };
  });
}

/** Asks for a pass through the HCB directory now. */
export async function syncNow(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx) => {
    await requestDirectorySync(ctx);
    return { message: (await getTranslations('manager.settings'))('directory.asked') };
  });
}
