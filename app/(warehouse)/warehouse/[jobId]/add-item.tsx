'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { NumberField, type Option, Select } from '#app/ui/inputs.tsx';
import { add } from '../actions.ts';

/** Anything else of the shelf into this box. */
export function AddItem({ jobId, items }: { jobId: string; items: Option[] }) {
  const t = useTranslations('consumables.job');
  const [open, setOpen] = useState(false);
  if (items.length === 0) return null;
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title={t('addTitle')}
      trigger={
        <Button>
          <Plus aria-hidden="true" />
          {t('add')}
        </Button>
      }
    >
      <Form action={add} hidden={{ jobId }} onOk={() => setOpen(false)}>
        <Field name="itemId" label={t('item')} required>
          <Select options={items} placeholder={t('pickItem')} />
        </Field>
        <Field name="count" label={t('count')} required>
          <NumberField defaultValue={1} min={1} max={999} />
        </Field>
        <Button type="submit" variant="primary">
          {t('addConfirm')}
        </Button>
      </Form>
    </Dialog>
  );
}
