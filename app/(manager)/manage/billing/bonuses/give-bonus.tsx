'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog, DialogClose } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, Select, Textarea } from '#app/ui/inputs.tsx';
import { giveBonusAction } from '../actions.ts';

type Worker = { workerId: string; name: string };

type Props = { workers: readonly Worker[]; newId: string; aloneUnits: number };

/** A bonus for one worker, with its reason; `newId` makes a double click one bonus. */
export function GiveBonus(props: Props) {
  const t = useTranslations('billing.manage');
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title={t('bonusTitle')}
      description={t('bonusLead')}
      trigger={
        <Button variant="primary">
          <Plus aria-hidden="true" />
          {t('giveBonus')}
        </Button>
      }
    >
      <BonusForm {...props} onOk={() => setOpen(false)} />
    </Dialog>
  );
}

function BonusForm({ workers, newId, aloneUnits, onOk }: Props & { onOk: () => void }) {
  const t = useTranslations('billing.manage');
  const ui = useTranslations('ui');
  // Kept through live refreshes of the page, which bring another id.
  const [bonusId] = useState(newId);
  return (
    <Form action={giveBonusAction} hidden={{ bonusId }} onOk={onOk}>
      <Field name="workerId" label={t('worker')} required>
        <Select
          placeholder={t('chooseWorker')}
          options={workers.map(({ workerId, name }) => ({ value: workerId, label: name }))}
        />
      </Field>
      <Field name="amount" label={t('amount')} hint={t('amountHint', { units: aloneUnits })} required>
        <Input inputMode="decimal" autoComplete="off" maxLength={20} className="max-w-40" />
      </Field>
      <Field name="reason" label={t('reason')} required>
        <Textarea limit={500} />
      </Field>
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <DialogClose render={<Button variant="quiet">{ui('back')}</Button>} />
        <Button type="submit" variant="primary">
          {t('giveBonus')}
        </Button>
      </div>
    </Form>
  );
}
