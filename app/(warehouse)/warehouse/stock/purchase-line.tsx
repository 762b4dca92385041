import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, NumberField } from '#app/ui/inputs.tsx';
import { decide, receive } from '../actions.ts';

/** A purchase and its next step: approve or decline what was proposed, receive what was ordered. */
export function PurchaseLine({
  itemName,
  unit,
  purchase,
}: {
  itemName: string;
  unit: string;
  purchase: { id: string; state: 'proposed' | 'ordered'; count: number };
}) {
  const t = useTranslations('consumables.stock');
  const hidden = { purchaseId: purchase.id };
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <span className="min-w-0 flex-1 basis-72">
        <span className="block font-semibold">{itemName}</span>
        <span className="block text-ink-2">{t(purchase.state, { count: `${purchase.count} ${unit}` })}</span>
      </span>
      {purchase.state === 'proposed' ? (
        <span className="flex gap-2">
          <Form action={decide} hidden={{ ...hidden, decision: 'decline' }}>
            <Button type="submit" variant="quiet">
              {t('decline')}
            </Button>
          </Form>
          <Form action={decide} hidden={{ ...hidden, decision: 'approve' }}>
            <Button type="submit">{t('approve')}</Button>
          </Form>
        </span>
      ) : (
        <ConfirmButton
          action={receive}
          hidden={hidden}
          tone="primary"
          title={t('receiveTitle', { item: itemName })}
          confirm={t('receiveConfirm')}
          fields={
            <>
              <Field name="receivedCount" label={t('receivedCount')} required>
                <NumberField defaultValue={purchase.count} min={1} max={100_000} suffix={unit} />
              </Field>
              <Field name="lot" label={t('lot')}>
                <Input maxLength={60} autoComplete="off" />
              </Field>
            </>
          }
        >
          {t('receive')}
        </ConfirmButton>
      )}
    </li>
  );
}
