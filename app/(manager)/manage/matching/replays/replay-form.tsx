'use client';

import { useTranslations } from 'next-intl';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { DateTimeField } from '#app/ui/inputs.tsx';
import { startReplay } from '../actions.ts';

/** The period whose orders are run through the draft. */
export function ReplayForm({ requestKey, from, to }: { requestKey: string; from: string; to: string }) {
  const t = useTranslations('matching.replay');
  const key = useRequestKey(requestKey);
  return (
    <Form action={startReplay} hidden={{ requestKey: key }}>
      <div className="flex flex-wrap items-end gap-x-6 gap-y-4">
        <Field name="from" label={t('from')} required>
          <DateTimeField defaultValue={from} />
        </Field>
        <Field name="to" label={t('to')} required>
          <DateTimeField defaultValue={to} />
        </Field>
        <Button type="submit" variant="primary">
          {t('start')}
        </Button>
      </div>
    </Form>
  );
}
