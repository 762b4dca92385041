'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input } from '#app/ui/inputs.tsx';
import { addMethodAction } from './actions.ts';

/** Adds a card by a name; `newId` makes a double click one card. */
export function AddMethod({ newId }: { newId: string }) {
  const t = useTranslations('billing.methods');
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title={t('addTitle')}
      description={t('addLead')}
      trigger={
        <Button>
          <Plus aria-hidden="true" />
          {t('add')}
        </Button>
      }
    >
      <AddForm newId={newId} onOk={() => setOpen(false)} />
    </Dialog>
  );
}

function AddForm({ newId, onOk }: { newId: string; onOk: () => void }) {
  const t = useTranslations('billing.methods');
  // Kept through live refreshes of the page, which bring another id.
  const [methodId] = useState(newId);
  return (
    <Form action={addMethodAction} hidden={{ methodId }} onOk={onOk}>
      <Field name="label" label={t('label')} hint={t('labelHint')} required>
        <Input maxLength={60} autoComplete="off" />
      </Field>
      <Button type="submit" variant="primary">
        {t('add')}
      </Button>
    </Form>
  );
}
