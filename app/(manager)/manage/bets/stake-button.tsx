'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { Dialog, DialogClose } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Input, RadioCards } from '#app/ui/inputs.tsx';
import type { Ending } from '#lib/betting/index.ts';
import { stake } from './actions.ts';

type Props = {
  orderId: string;
  /** What the dialog is about: number and service. */
  name: string;
  /** Minor units already staked on each ending, as text; and the ending's own word. */
  endings: { ending: Ending; label: string; pooledCents: string }[];
  again: boolean;
};

/** Opens the stake form. Its request key lives as long as the dialog: a double click is one stake. */
export function StakeButton({ name, again, ...form }: Props) {
  const t = useTranslations('betting.stake');
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button size="sm">{again ? t('more') : t('do')}</Button>}
      title={t('title', { number: name })}
      description={t('lead')}
    >
      <StakeForm {...form} onDone={() => setOpen(false)} />
    </Dialog>
  );
}

function StakeForm({ orderId, endings, onDone }: Omit<Props, 'name' | 'again'> & { onDone: () => void }) {
  const t = useTranslations('betting.stake');
  const locale = useLocale();
  const requestKey = useRequestKey('');
  return (
    <Form action={stake} hidden={{ orderId, requestKey }} onOk={onDone}>
      <Field name="ending" label={t('ending')} required group>
        <RadioCards
          columns={3}
          options={endings.map(({ ending, label, pooledCents }) => ({
            value: ending,
            label,
            hint:
              pooledCents === '0'
                ? t('nobody')
                : t('inPool', { amount: formatMoney(BigInt(pooledCents), locale) }),
          }))}
        />
      </Field>
      <Field name="amountCents" label={t('amount')} hint={t('amountHint')} required>
        <Input inputMode="decimal" autoComplete="off" maxLength={20} className="max-w-48 tabular-nums" />
      </Field>
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <BackButton />
        <Button type="submit" variant="primary">
          {t('place')}
        </Button>
      </div>
    </Form>
  );
}

function BackButton() {
  const t = useTranslations('ui');
  return <DialogClose render={<Button variant="quiet">{t('back')}</Button>} />;
}
