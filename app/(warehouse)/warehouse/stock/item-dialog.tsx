'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, NumberField } from '#app/ui/inputs.tsx';
import { keepItem } from '../actions.ts';

type Words = { en: string; ru: string };

/** Enters an item, or changes the words and the reorder point of one. */
export function ItemDialog({
  item,
}: {
  item?: { code: string; name: Words; unit: Words; reorderPointCount: number };
}) {
  const t = useTranslations('consumables.stock');
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={setOpen}
      title={t(item ? 'editItem' : 'newItemTitle')}
      trigger={<Button variant={item ? 'quiet' : 'secondary'}>{t(item ? 'editItem' : 'newItem')}</Button>}
    >
      <Form action={keepItem} hidden={item && { code: item.code }} onOk={() => setOpen(false)}>
        {!item && (
          <Field name="code" label={t('code')} hint={t('codeHint')} required>
            <Input autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={40} />
          </Field>
        )}
        <div className="grid gap-5 sm:grid-cols-2">
          <Field name="name.en" label={t('nameEn')} required>
            <Input defaultValue={item?.name.en} maxLength={80} lang="en" />
          </Field>
          <Field name="name.ru" label={t('nameRu')} required>
            <Input defaultValue={item?.name.ru} maxLength={80} lang="ru" />
          </Field>
          <Field name="unit.en" label={t('unitEn')} hint={t('unitHint')} required>
            <Input defaultValue={item?.unit.en} maxLength={20} lang="en" />
          </Field>
          <Field name="unit.ru" label={t('unitRu')} hint={t('unitHint')} required>
            <Input defaultValue={item?.unit.ru} maxLength={20} lang="ru" />
          </Field>
        </div>
        <Field name="reorderPointCount" label={t('point')} required>
          <NumberField defaultValue={item?.reorderPointCount ?? 10} min={0} max={100_000} />
        </Field>
        <Button type="submit" variant="primary">
          {t('save')}
        </Button>
      </Form>
    </Dialog>
  );
}
