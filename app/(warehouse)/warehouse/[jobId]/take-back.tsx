import { getTranslations } from 'next-intl/server';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { NumberField, Textarea } from '#app/ui/inputs.tsx';
import { Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import type { Job } from '#lib/consumables/index.ts';
import { takeBack } from '../actions.ts';

/** What was issued for an order that came to nothing, counted back onto the shelf. */
export async function TakeBack({ job, locale }: { job: Job; locale: string }) {
  const t = await getTranslations('consumables.return');
  const open = job.lines.filter(({ returnedCount }) => returnedCount === null);
  return (
    <Section title={t('title')} lead={t('lead')}>
      <Form action={takeBack} hidden={{ jobId: job.id }}>
        <ul className="divide-y border-y">
          {open.map((line) => (
            <li key={line.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
              <span className="min-w-0 flex-1 basis-60 text-[1.1em] font-semibold">
                {localized(line.name, locale)}
              </span>
              <span className="flex items-center gap-3">
                <Field
                  name={`came:${line.id}`}
                  label={`${t('came')}: ${localized(line.name, locale)}`}
                  hideLabel
                  required
                >
                  <NumberField defaultValue={line.count} min={0} max={line.count} />
                </Field>
                <span className="w-28 text-ink-2 tabular-nums">
                  {t('of', { count: line.count })} {localized(line.unit, locale)}
                </span>
              </span>
            </li>
          ))}
        </ul>
        <Field name="reason" label={t('why')} hint={t('whyHint')}>
          <Textarea limit={500} rows={2} />
        </Field>
        <Button type="submit" variant="primary" size="xl">
          {t('confirm')}
        </Button>
      </Form>
    </Section>
  );
}
