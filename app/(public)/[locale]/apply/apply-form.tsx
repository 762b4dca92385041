'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form, type FormState } from '#app/ui/form.tsx';
import { Input, Select, Textarea } from '#app/ui/inputs.tsx';
import { PhotoField } from '#app/ui/photo-field.tsx';

/** The application form; a lost answer is sent again under the same key, so it is never two applications. */
export function ApplyForm({
  locale,
  colours,
  aboutLimit,
}: {
  locale: 'en' | 'ru';
  aboutLimit: number;
  colours: readonly { value: string; label: string }[];
}) {
  const t = useTranslations('hiring');
  const requestKey = useRequestKey('');
  const [sent, setSent] = useState(false);

  async function send(_state: FormState, form: FormData): Promise<FormState> {
    form.set('requestKey', requestKey);
    form.set('locale', locale);
    try {
      const response = await fetch('/api/applications', {
        method: 'POST',
        body: form,
        signal: AbortSignal.timeout(60_000),
      });
      return (await response.json()) as FormState;
    } catch {
      return { message: t('apply.noAnswer') };
    }
  }

  if (sent)
    return (
      // The form is gone: the answer takes the focus, so that it is seen and heard.
      <div tabIndex={-1} ref={(answer) => answer?.focus()} className="rounded-md outline-none">
        <Callout tone="good" title={t('apply.thanksTitle')}>
          {t('apply.thanks')}
        </Callout>
      </div>
    );
  return (
    <Form action={send} onOk={() => setSent(true)} draft="apply" className="grid gap-5" noValidate>
      <Field name="name" label={t('fields.name')} required>
        <Input autoComplete="name" />
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field name="ageYears" label={t('fields.ageYears')} required>
          <Input type="number" inputMode="numeric" min={1} max={30} />
        </Field>
        <Field name="coatColour" label={t('fields.coatColour')} required>
          <Select options={colours} placeholder={t('fields.chooseColour')} defaultValue="" />
        </Field>
      </div>
      <Field name="breed" label={t('fields.breed')} required>
        <Input />
      </Field>
      <Field name="email" label={t('fields.email')} hint={t('fields.emailHint')} required>
        <Input type="email" autoComplete="email" />
      </Field>
      <Field name="about" label={t('fields.about')} hint={t('fields.aboutHint')}>
        <Textarea rows={4} limit={aboutLimit} />
      </Field>
      <Field name="photo" label={t('fields.photo')} hint={t('fields.photoHint')}>
        <PhotoField />
      </Field>
      <div hidden>
        <label>
          Website <input name="website" tabIndex={-1} autoComplete="off" />
        </label>
      </div>
      <div>
        <Button type="submit" variant="primary" size="lg">
          {t('apply.send')}
        </Button>
        <p className="mt-3 text-sm text-ink-2">{t('apply.privacy')}</p>
      </div>
    </Form>
  );
}
