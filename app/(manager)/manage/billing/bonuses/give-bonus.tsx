'use client';

import { useTranslations } from 'next-intl';
import { useKeptId } from '#app/billing-parts/use-kept-id.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { giveBonusAction } from '../actions.ts';

/** A bonus for one worker, with its reason; once, however often it is sent. */
export function GiveBonus({
  worker: { workerId, name },
  newId,
  aloneUnits,
}: {
  worker: { workerId: string; name: string };
  newId: string;
  aloneUnits: number;
}) {
  const t = useTranslations('billing.manage');
  const [bonusId, renew] = useKeptId(newId);
  return (
    <ConfirmButton
      action={giveBonusAction}
      hidden={{ bonusId, workerId }}
      onOk={renew}
      title={t('bonusFor', { name })}
      description={t('bonusLead')}
      fields={
        <Field name="amount" label={t('amount')} hint={t('amountHint', { units: aloneUnits })} required>
          <Input inputMode="decimal" autoComplete="off" maxLength={20} className="max-w-40" />
        </Field>
      }
      reason={{ label: t('reason') }}
      confirm={t('giveBonus')}
      tone="primary"
      size="sm"
    >
      {t('giveBonus')}
    </ConfirmButton>
  );
}
