'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Dialog, DialogClose } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { DateTimeField } from '#app/ui/inputs.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import type { AllowedAction } from '#lib/ordering/index.ts';
import { cancel, confirm, dispute, requestAgain } from '../actions.ts';

type Props = {
  orderId: string;
  actions: readonly AllowedAction[];
  /** What it costs even when cancelled; undefined while nobody is engaged. */
  price?: string;
  requestKey: string;
  earliest: string;
  reorderedHref?: string;
};

/** What the client may do now; what they may not yet do says why. */
export function OrderActions({ orderId, actions, price, requestKey, earliest, reorderedHref }: Props) {
  const t = useTranslations('ordering');
  if (actions.length === 0) return null;
  const shown = actions.filter(({ action, allowed }) => allowed || action !== 'reorder');
  const reasons = actions.filter((each) => !each.allowed && each.reason);
  return (
    <div className="mt-5 flex flex-col gap-3">
      <div className="flex flex-wrap gap-2 empty:hidden">
        {shown.map(({ action, allowed }) => {
          switch (action) {
            case 'confirm':
              return (
                <Form key={action} action={confirm} hidden={{ orderId }}>
                  <Button type="submit" variant={allowed ? 'primary' : 'secondary'} disabled={!allowed}>
                    {t('act.confirm')}
                  </Button>
                </Form>
              );
            case 'dispute':
              return (
                <ConfirmButton
                  key={action}
                  action={dispute}
                  hidden={{ orderId }}
                  disabled={!allowed}
                  title={t('act.disputeTitle')}
                  description={t('act.disputeLead')}
                  reason={{ label: t('act.disputeReason') }}
                  confirm={t('act.disputeDo')}
                >
                  {t('act.dispute')}
                </ConfirmButton>
              );
            case 'cancel':
              return (
                <ConfirmButton
                  key={action}
                  action={cancel}
                  hidden={{ orderId }}
                  disabled={!allowed}
                  title={t('act.cancelTitle')}
                  description={price ? t('act.cancelPaid', { price }) : t('act.cancelFree')}
                  reason={{ label: t('act.cancelReason'), required: false }}
                  confirm={t('act.cancel')}
                >
                  {t('act.cancel')}
                </ConfirmButton>
              );
            case 'reorder':
              return <Reorder key={action} orderId={orderId} requestKey={requestKey} earliest={earliest} />;
            default:
              return null;
          }
        })}
      </div>
      {reasons.map(({ action, reason }) => (
        <p key={action} className="text-sm text-ink-2">
          {t(`reasons.${reason}` as 'reasons.reordered')}
          {action === 'reorder' && reorderedHref && (
            <>
              {' '}
              <TextLink href={reorderedHref}>{t('order.openAgain')}</TextLink>
            </>
          )}
        </p>
      ))}
    </div>
  );
}

/** A copy of this order for a date chosen by hand [US-131]. */
function Reorder({ orderId, requestKey, earliest }: Pick<Props, 'orderId' | 'requestKey' | 'earliest'>) {
  const t = useTranslations('ordering.act');
  const ui = useTranslations('ui');
  const key = useRequestKey(requestKey);
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button variant="primary">{t('reorder')}</Button>}
      title={t('reorderTitle')}
      description={t('reorderLead')}
    >
      <Form action={requestAgain} hidden={{ orderId, requestKey: key }}>
        <Field name="startsAt" label={t('reorderWhen')} required>
          <DateTimeField min={earliest} />
        </Field>
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <DialogClose render={<Button variant="quiet">{ui('back')}</Button>} />
          <Button type="submit" variant="primary">
            {t('reorder')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
