'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import {
  changeRoles,
  deactivateColleague,
  inviteColleague,
  reactivateColleague,
  sendPasswordLink,
} from '#lib/identity/index.ts';

const accountIdOf = (form: FormData) => ({ accountId: String(form.get('accountId') ?? '') });
const said = async (key: 'invited' | 'saved' | 'sent' | 'closed' | 'opened') => ({
  message: (await getTranslations('manager.people.said'))(key),
});

/** Makes an account and has its invitation mailed. */
export async function invite(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await inviteColleague(ctx, {
      name: form.get('name'),
      email: form.get('email'),
      locale: form.get('locale'),
      roles: form.getAll('roles'),
    });
    return said('invited');
  });
}

/** What a colleague may do. */
export async function saveRoles(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await changeRoles(ctx, { ...accountIdOf(form), roles: form.getAll('roles') });
    return said('saved');
  });
}

/** A link to a (first) password by mail. */
export async function sendLink(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await sendPasswordLink(ctx, accountIdOf(form));
    return said('sent');
  });
}

/** Closes an account; its sessions end at once. */
export async function close(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await deactivateColleague(ctx, { ...accountIdOf(form), reason: String(form.get('reason') ?? '') });
    return said('closed');
  });
}

/** Takes the closing back. */
export async function open(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await reactivateColleague(ctx, accountIdOf(form));
    return said('opened');
  });
}
