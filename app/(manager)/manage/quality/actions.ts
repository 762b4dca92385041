'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { concludeAudit, logContact, moveHypothesis, pickSamples } from '#lib/quality/index.ts';

const text = (form: FormData, name: string) => String(form.get(name) ?? '');

export async function pick(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const { opened } = await pickSamples(ctx, { count: text(form, 'count') });
    const t = await getTranslations('quality.pick');
    return { message: t('picked', { count: opened }) };
  });
}

export async function log(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await logContact(ctx, {
      auditId: text(form, 'auditId'),
      channel: text(form, 'channel') as never,
      said: text(form, 'said'),
    });
    const t = await getTranslations('quality.contacts');
    return { message: t('added') };
  });
}

export async function conclude(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const fields = Object.fromEntries(
      [...form].filter(([name, value]) => typeof value === 'string' && !name.startsWith('$')),
    );
    const scores = [...form].filter(([name, value]) => name.startsWith('characteristics.') && value !== '');
    await concludeAudit(ctx, {
      ...fields,
      ...(scores.length > 0 && {
        characteristics: Object.fromEntries(
          scores.map(([name, value]) => [name.slice('characteristics.'.length), value]),
        ),
      }),
    } as never);
    const t = await getTranslations('quality.conclude');
    return { message: t(text(form, 'hypothesis').trim() ? 'doneWithHypothesis' : 'done') };
  });
}

export async function move(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const state = text(form, 'state') as 'new';
    await moveHypothesis(ctx, { hypothesisId: text(form, 'hypothesisId'), state });
    const t = await getTranslations('quality');
    return { message: t('hypotheses.movedTo', { state: t(`hypothesisStates.${state}`) }) };
  });
}
