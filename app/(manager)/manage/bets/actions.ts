'use server';

import { getLocale, getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { formatMoney } from '#app/ui/format-money.ts';
import { addMember, placeStake, recordTransfer } from '#lib/betting/index.ts';
import { peopleWithRole } from '#lib/identity/index.ts';
import { parseCents } from '#lib/kernel/money.ts';

const text = (form: FormData, name: string) => String(form.get(name) ?? '');

export async function stake(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const amountCents = parseCents(text(form, 'amountCents'));
    await placeStake(ctx, {
      requestKey: text(form, 'requestKey'),
      orderId: text(form, 'orderId'),
      ending: text(form, 'ending') as never,
      amountCents: amountCents ?? (undefined as never),
    });
    const t = await getTranslations('betting');
    return { message: t('stake.placed', { amount: formatMoney(amountCents!, await getLocale()) }) };
  });
}

export async function notePayment(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    await recordTransfer(ctx, {
      requestKey: text(form, 'requestKey'),
      fromMemberId: text(form, 'fromMemberId'),
      toParty: text(form, 'toParty'),
      amountCents: BigInt(/^\d{1,13}$/.exec(text(form, 'amountCents'))?.[0] ?? 0),
    });
    const t = await getTranslations('betting');
    return { message: t('transfers.noted') };
  });
}

export async function letIn(_state: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (ctx) => {
    const accountId = text(form, 'accountId');
    // The name comes from the account, not from the form; who is no manager is refused as a choice not made.
    const person = (await peopleWithRole(ctx, 'manager')).find(({ id }) => id === accountId);
    const { id = '', name = '' } = person ?? {};
    await addMember(ctx, { accountId: id, name });
    const t = await getTranslations('betting');
    return { message: t('circle.added', { name }) };
  });
}
