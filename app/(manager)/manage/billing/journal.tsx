import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Field } from '#app/ui/field.tsx';
import { Select } from '#app/ui/inputs.tsx';
import { PeriodForm } from './period-form.tsx';

/** The journal of a period as a file for accountants: every entry of the books with all its lines. */
export function Journal({ from, to }: { from: string; to: string }) {
  const t = useTranslations('billing.manage');
  return (
    <PeriodForm action="/manage/billing/entries.csv" from={from} to={to} required>
      <Field name="book" label={t('journal.book')} inSet>
        <Select
          className="w-44"
          options={[
            { value: '', label: t('journal.both') },
            { value: 'clients', label: t('books.clients') },
            { value: 'people', label: t('books.people') },
          ]}
        />
      </Field>
      <Button type="submit">
        <Download aria-hidden="true" />
        {t('journal.download')}
      </Button>
    </PeriodForm>
  );
}
