'use client';

import { Plus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useRequestKey } from '#app/order-parts/use-request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form, useFormState } from '#app/ui/form.tsx';
import { Checkbox, Input, NumberField, type Option, Textarea } from '#app/ui/inputs.tsx';
import type { Service, Skill } from '#lib/catalog/index.ts';
import { create, publish } from './actions.ts';

type Props = {
  requestKey: string;
  accountId: string;
  service?: Service;
  retired?: boolean;
  skills: readonly Skill[];
  items: readonly Option[];
};

/** Words in both languages, duration, skills and kit of a service; publishes what is in it. */
export function ServiceForm({ requestKey, accountId, service, retired, skills, items }: Props) {
  const t = useTranslations('catalog');
  const key = useRequestKey(requestKey);
  return (
    <Form
      action={service ? publish : create}
      hidden={
        service
          ? { serviceTypeId: service.serviceTypeId, basedOnVersion: String(service.version) }
          : { requestKey: key }
      }
      draft={`service:${service ? `${service.serviceTypeId}:${service.version}` : 'new'}:${accountId}`}
      className="max-w-3xl"
    >
      <fieldset disabled={retired} className="contents">
        <div className="grid gap-5 sm:grid-cols-2">
          <Field name="name.en" label={t('nameEn')} required>
            <Input limit={80} defaultValue={service?.name.en} lang="en" />
          </Field>
          <Field name="name.ru" label={t('nameRu')} required>
            <Input limit={80} defaultValue={service?.name.ru} lang="ru" />
          </Field>
          <Field name="description.en" label={t('descriptionEn')} required>
            <Textarea limit={500} defaultValue={service?.description.en} lang="en" />
          </Field>
          <Field name="description.ru" label={t('descriptionRu')} required>
            <Textarea limit={500} defaultValue={service?.description.ru} lang="ru" />
          </Field>
        </div>
        <Field name="durationMinutes" label={t('duration')} required>
          <NumberField
            defaultValue={service?.durationMinutes ?? 30}
            min={5}
            max={1440}
            step={5}
            suffix={t('minutes')}
          />
        </Field>
        <Field name="skills" label={t('needed')} required group>
          <div className="grid gap-x-6 sm:grid-cols-3">
            {skills.map((skill) => (
              <Checkbox
                key={skill}
                name="skills"
                value={skill}
                label={t(`skills.${skill}`)}
                defaultChecked={service?.skills.includes(skill)}
              />
            ))}
          </div>
        </Field>
        <Field name="kit" label={t('kit')} hint={t('kitHint')} group>
          <KitLines kit={service?.kit ?? []} items={items} />
        </Field>
        {!retired && (
          <div>
            <Button type="submit" variant="primary">
              {service ? t('publish', { version: service.version + 1 }) : t('create')}
            </Button>
          </div>
        )}
      </fieldset>
    </Form>
  );
}

/** Items and quantities; a line is added and removed at will. */
function KitLines({ kit, items }: { kit: Service['kit']; items: readonly Option[] }) {
  const t = useTranslations('catalog');
  const { errors = {}, draft = {} } = useFormState();
  const [lines, setLines] = useState(() => {
    const codes = draft['kit.itemCode'] ?? kit.map(({ itemCode }) => itemCode);
    const quantities = draft['kit.quantity'] ?? kit.map(({ quantity }) => quantity);
    return codes.map((itemCode, id) => ({ id, itemCode, quantity: Number(quantities[id] ?? 1) }));
  });
  // An item that stock no longer knows stays visible until somebody removes it.
  const unknown = lines.filter(({ itemCode }) => itemCode && !items.some(({ value }) => value === itemCode));
  const options = [...items, ...unknown.map(({ itemCode }) => ({ value: itemCode, label: itemCode }))];
  const wrong = (index: number) => errors[`kit.${index}.itemCode`] ?? errors[`kit.${index}.quantity`];
  return (
    <div className="flex flex-col items-start gap-2">
      {lines.map((line, index) => (
        <div key={line.id} className="w-full max-w-xl">
          <div className="grid grid-cols-[minmax(0,1fr)_6rem_auto] gap-2">
            <select
              name="kit.itemCode"
              aria-label={t('item')}
              aria-invalid={wrong(index) ? true : undefined}
              defaultValue={line.itemCode}
              className="control"
            >
              <option value="">{t('chooseItem')}</option>
              {options.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
            <input
              name="kit.quantity"
              type="number"
              inputMode="numeric"
              min={1}
              max={100}
              aria-label={t('quantity')}
              aria-invalid={wrong(index) ? true : undefined}
              defaultValue={line.quantity}
              className="control text-right tabular-nums"
            />
            <Button
              variant="quiet"
              aria-label={t('removeItem', {
                item: items.find(({ value }) => value === line.itemCode)?.label ?? line.itemCode,
              })}
              onClick={() => setLines(lines.filter(({ id }) => id !== line.id))}
            >
              <X aria-hidden="true" />
            </Button>
          </div>
          {wrong(index) && <p className="mt-1 font-medium text-bad">{wrong(index)}</p>}
        </div>
      ))}
      <Button
        onClick={() =>
          setLines([
            ...lines,
            { id: 1 + Math.max(-1, ...lines.map(({ id }) => id)), itemCode: '', quantity: 1 },
          ])
        }
      >
        <Plus aria-hidden="true" />
        {t('addItem')}
      </Button>
    </div>
  );
}
