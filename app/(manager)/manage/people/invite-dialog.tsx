'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, RadioCards } from '#app/ui/inputs.tsx';
import { invite } from './actions.ts';
import { RoleBoxes } from './role-boxes.tsx';

/** A new colleague: name, address, roles; the invitation goes by mail. */
export function InviteDialog({ mayGiveBilling }: { mayGiveBilling: boolean }) {
  const t = useTranslations('manager.people');
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title={t('add')}
      description={t('addLead')}
      trigger={<Button variant="primary">{t('add')}</Button>}
    >
      <Form action={invite} onOk={() => setOpen(false)}>
        <Field name="name" label={t('name')} required>
          <Input autoComplete="off" limit={100} />
        </Field>
        <Field name="email" label={t('email')} hint={t('emailHint')} required>
          <Input type="email" inputMode="email" autoComplete="off" />
        </Field>
        <RoleBoxes mayGiveBilling={mayGiveBilling} />
        <Field name="locale" label={t('language')} required group>
          <RadioCards
            columns={2}
            defaultValue={locale}
            options={[
              { value: 'en', label: 'English' },
              { value: 'ru', label: 'Русский' },
            ]}
          />
        </Field>
        <div>
          <Button type="submit" variant="primary">
            {t('invite')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
