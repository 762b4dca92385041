'use client';

import { useLocale, useTranslations } from 'next-intl';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { useKeptId } from '#app/billing-parts/use-kept-id.ts';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Input, RadioCards } from '#app/ui/inputs.tsx';
import type { Cents } from '#lib/kernel/money.ts';
import { grantRefundAction } from '../../actions.ts';

/** Gives a client back a part of a paid invoice, with the reason: what is left of it at most, and once however often it is sent. */
export function GrantRefund({
  invoice,
  leftCents,
  newId,
}: {
  invoice: { id: string; number: number; amountCents: Cents };
  leftCents: Cents;
  newId: string;
}) {
  const t = useTranslations('billing.manage.refund');
  const locale = useLocale();
  const [refundId, renew] = useKeptId(newId);
  const money = (cents: Cents) => formatMoney(cents, locale);
  const { id, number, amountCents } = invoice;
  const left = money(leftCents);
  return (
    <ConfirmButton
      action={grantRefundAction}
      hidden={{ invoiceId: id, refundId }}
      onOk={renew}
      title={t('title', { number: invoiceNumber(number) })}
      description={
        leftCents === amountCents
          ? t('text', { left })
          : t('textLeft', { left, given: money(amountCents - leftCents), amount: money(amountCents) })
      }
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
