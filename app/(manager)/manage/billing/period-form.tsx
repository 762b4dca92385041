import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Field } from '#app/ui/field.tsx';
import { DateTimeField } from '#app/ui/inputs.tsx';

/** Asks for a first and a last day and goes to an address with them; what else the address says is kept. */
export function PeriodForm({
  action,
  from,
  to,
  kept = [],
  required,
  children,
}: {
  action: string;
  from?: string;
  to?: string;
  kept?: readonly (readonly [name: string, value: string])[];
  required?: boolean;
  /** The button, and what else is asked. */
  children: ReactNode;
}) {
  const t = useTranslations('billing.manage.period');
  return (
    <form action={action} className="flex flex-wrap items-end gap-x-4 gap-y-3">
      {kept.map(([name, value]) => (
        <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
      ))}
      <Field name="from" label={t('from')} required={required} inSet={!required}>
        <DateTimeField withTime={false} defaultValue={from} key={from} className="[&_input]:min-w-40" />
      </Field>
      <Field name="to" label={t('to')} required={required} inSet={!required}>
        <DateTimeField withTime={false} defaultValue={to} key={to} className="[&_input]:min-w-40" />
      </Field>
      {children}
    </form>
  );
}
