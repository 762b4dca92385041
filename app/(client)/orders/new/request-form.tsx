'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { DateTimeField, Input, RadioCards, Textarea } from '#app/ui/inputs.tsx';
import { Money } from '#app/ui/money.tsx';
import type { Estimate } from '#lib/ordering/index.ts';
import { requestHelp } from '../actions.ts';

type Props = {
  requestKey: string;
  accountId: string;
  services: ({ id: string; name: string; description: string; durationMinutes: number } & Estimate)[];
  discountPercent: number;
  startsAt: string;
  earliest: string;
  place?: string;
  contact?: string;
  limits: { what: number; place: number; contact: number };
};

/** One form, one order; the cost goes with the choice and is there before anything is sent. */
export function RequestForm({
  requestKey,
  accountId,
  services,
  discountPercent,
  startsAt,
  earliest,
  place,
  contact,
  limits,
}: Props) {
  const t = useTranslations('ordering.new');
  const key = useRequestKey(requestKey);
  const [chosenId, choose] = useState<string>();
  const chosen = services.find((service) => service.id === chosenId);
  const cheapest = services.reduce((least, each) => (each.priceCents < least.priceCents ? each : least));
  const isOnePrice = services.every(({ priceCents }) => priceCents === cheapest.priceCents);
  const shown = chosen ?? cheapest;
  return (
    <Form
      action={requestHelp}
      hidden={{ requestKey: key }}
      draft={`request:${accountId}`}
      onDraft={({ serviceTypeId }) => choose(serviceTypeId?.[0])}
      className="gap-7! **:scroll-mb-36"
    >
      <Field name="serviceTypeId" label={t('service')} required group>
        <RadioCards
          onChange={choose}
          options={services.map((service) => ({
            value: service.id,
            label: service.name,
            hint: service.description,
            aside: (
              <span className="text-right text-sm whitespace-nowrap">
                {!isOnePrice && (
                  <span className="block font-medium text-ink tabular-nums">
                    <Money cents={service.priceCents} />
                  </span>
                )}
                <span className="max-sm:hidden">{t('minutes', { count: service.durationMinutes })}</span>
              </span>
            ),
          }))}
        />
      </Field>
      <Field name="what" label={t('what')} hint={t('whatHint')} required>
        <Textarea limit={limits.what} />
      </Field>
      <Field name="startsAt" label={t('when')} required>
        <DateTimeField defaultValue={startsAt} min={earliest} />
      </Field>
      <Field name="place" label={t('where')} hint={t('whereHint')} required>
        <Input defaultValue={place} limit={limits.place} />
      </Field>
      <Field name="contact" label={t('contact')} hint={t('contactHint')} required>
        <Input defaultValue={contact} limit={limits.contact} />
      </Field>
      <div className="sticky bottom-0 -mx-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t bg-paper px-4 py-4 sm:mx-0 sm:px-0">
        <div className="min-w-0 flex-1 basis-64" aria-live="polite">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <span className="text-ink-2">{t('estimate')}</span>
            <span className="text-2xl font-semibold tabular-nums">
              {chosen || isOnePrice ? (
                <Money cents={shown.priceCents} />
              ) : (
                t.rich('from', { price: () => <Money cents={shown.priceCents} /> })
              )}
            </span>
            {discountPercent > 0 && (chosen || isOnePrice) && <Money cents={shown.costCents} struck />}
          </p>
          <p className="text-sm text-ink-2">
            {chosen && `${chosen.name}, ${t('minutes', { count: chosen.durationMinutes })}. `}
            {discountPercent > 0 && `${t('loyalty', { percent: discountPercent })} `}
            {t('estimateNote')}
          </p>
        </div>
        <Button type="submit" variant="primary" size="lg" className="max-sm:w-full">
          {t('submit')}
        </Button>
      </div>
      <p className="-mt-4 text-sm text-ink-2">{t('paid')}</p>
    </Form>
  );
}
