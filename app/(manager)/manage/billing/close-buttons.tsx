import { useTranslations } from 'next-intl';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { closeMonthAction, closeWeekAction } from './actions.ts';

/** Closes a week or a month by hand, for a date to be chosen; the running one is proposed. */
export function CloseButtons({ sunday, month }: { sunday: string; month: string }) {
  const t = useTranslations('billing.manage');
  return (
    <>
      <ConfirmButton
        action={closeWeekAction}
        title={t('closeWeekTitle')}
        description={t('closeWeekText')}
        confirm={t('closeWeekVerb')}
        tone="primary"
        fields={
          <Field name="period" label={t('sunday')} required>
            <Input type="date" defaultValue={sunday} step={7} min="2000-01-02" />
          </Field>
        }
      >
        {t('closeWeek')}
      </ConfirmButton>
      <ConfirmButton
        action={closeMonthAction}
        title={t('closeMonthTitle')}
        description={t('closeMonthText')}
        confirm={t('closeMonthVerb')}
        tone="primary"
        fields={
          <Field name="period" label={t('month')} hint={t('monthHint')} required>
            <Input type="month" defaultValue={month} />
          </Field>
        }
      >
        {t('closeMonth')}
      </ConfirmButton>
    </>
  );
}
