import { useLocale, useTranslations } from 'next-intl';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Input, RadioCards } from '#app/ui/inputs.tsx';
import type { Invoice } from '#lib/billing/index.ts';
import { grantRefundAction } from '../../actions.ts';

/** Gives a client back a part of a paid invoice, with the reason; `refundId` makes a double click one refund. */
export function GrantRefund({ invoice, refundId }: { invoice: Invoice; refundId: string }) {
  const t = useTranslations('billing.manage.refund');
  const locale = useLocale();
  return (
    <ConfirmButton
      action={grantRefundAction}
      hidden={{ invoiceId: invoice.id, refundId }}
      title={t('title', { number: invoiceNumber(invoice.number) })}
      description={t('text', { amount: formatMoney(invoice.amountCents, locale) })}
      confirm={t('give')}
      reason={{ label: t('why'), required: true }}
      fields={
        <>
          <Field name="amount" label={t('amount')} required>
            <Input inputMode="decimal" autoComplete="off" maxLength={20} className="max-w-40" />
          </Field>
          <Field group name="way" label={t('way')} required>
            <RadioCards
              defaultValue="back"
              options={[
                { value: 'back', label: t('ways.back') },
                { value: 'next_invoice', label: t('ways.next_invoice') },
              ]}
            />
          </Field>
        </>
      }
    >
      {t('give')}
    </ConfirmButton>
  );
}
