import { useLocale, useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { RadioCards } from '#app/ui/inputs.tsx';
import type { Attempt } from '#lib/billing/index.ts';
import { askAgainAction, askAllAgainAction, settleParkedAction } from './actions.ts';

/** The two ways on for a movement that a partner keeps silent about: ask under the same key, or say what it said elsewhere. */
export function ParkedActions({
  attempt: { id: attemptId, purpose, amountCents, key },
  size,
}: {
  attempt: Pick<Attempt, 'id' | 'purpose' | 'amountCents' | 'key'>;
  size?: 'sm';
}) {
  const t = useTranslations('billing.manage');
  const locale = useLocale();
  return (
    <span className="flex flex-wrap gap-2 py-1">
      <Form action={askAgainAction} hidden={{ attemptId }} className="inline-flex">
        <Button type="submit" size={size}>
          {t('askAgain')}
        </Button>
      </Form>
      <ConfirmButton
        action={settleParkedAction}
        hidden={{ attemptId }}
        title={t('settleParked.title', { amount: formatMoney(amountCents, locale) })}
        description={t('settleParked.text', { key })}
        confirm={t('settleParked.verb')}
        reason={{ label: t('settleParked.why'), hint: t('settleParked.whyHint'), required: true }}
        fields={
          <Field group name="outcome" label={t('settleParked.outcome')} required>
            <RadioCards
              options={(['succeeded', 'failed'] as const).map((value) => ({
                value,
                label: t(`settleParked.outcomes.${purpose}_${value}`),
                hint: t(`settleParked.then.${purpose}_${value}`),
              }))}
            />
          </Field>
        }
        size={size}
      >
        {t('settleParked.open')}
      </ConfirmButton>
    </span>
  );
}

/** Asks about all of them once more, when a partner is back: the same keys, so nothing moves twice. */
export function AskAllAgain() {
  const t = useTranslations('billing.manage');
  return (
    <Form action={askAllAgainAction} className="inline-flex">
      <Button type="submit">{t('askAllAgain')}</Button>
    </Form>
  );
}
