import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { RadioCards, Textarea } from '#app/ui/inputs.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { When } from '#app/ui/when.tsx';
import type { auditDetails } from '#lib/quality/index.ts';
import { channels } from '#lib/quality/inputs.ts';
import { log } from './actions.ts';

type Contact = Awaited<ReturnType<typeof auditDetails>>['contacts'][number];

/** What the client said, entry by entry, and the form for the next one. */
export function Contacts({
  auditId,
  contacts,
  names,
}: {
  auditId: string;
  contacts: readonly Contact[];
  names: ReadonlyMap<string, string>;
}) {
  const t = useTranslations('quality');
  return (
    <Section id="contacts" title={t('contacts.title')} lead={t('contacts.lead')}>
      {contacts.length === 0 ? (
        <p className="border-y py-2.5 text-ink-2">{t('contacts.none')}</p>
      ) : (
        <ol className="divide-y border-y">
          {contacts.map(({ id, channel, said, at, by }) => (
            <li key={id} className="py-2.5">
              <p className="flex flex-wrap justify-between gap-x-4 text-ink-2">
                <span>
                  {t(`channels.${channel}`)} · {names.get(by) ?? '–'}
                </span>
                <When at={at} />
              </p>
              <p className="mt-0.5 wrap-anywhere whitespace-pre-wrap">{said}</p>
            </li>
          ))}
        </ol>
      )}
      <Form action={log} hidden={{ auditId }} resetOnOk className="mt-4">
        <Field name="channel" label={t('contacts.channel')} required group>
          <RadioCards
            columns={3}
            defaultValue="phone"
            options={channels.map((value) => ({ value, label: t(`channels.${value}`) }))}
          />
        </Field>
        <Field name="said" label={t('contacts.said')} required>
          <Textarea rows={2} limit={2000} />
        </Field>
        <div>
          <Button type="submit">{t('contacts.add')}</Button>
        </div>
      </Form>
    </Section>
  );
}
