'use client';

import { NumberField as BaseNumberField } from '@base-ui/react/number-field';
import { ChevronDown, Minus, Plus } from 'lucide-react';
import { useLocale, useTimeZone, useTranslations } from 'next-intl';
import { type ComponentProps, type ReactNode, useId, useRef } from 'react';
import { cx } from './cx.ts';
import { useField } from './field.tsx';
import { useFormState } from './form.tsx';
import { TextLimit } from './text-limit.tsx';

type Limited = {
  /** How long the text may be. It is counted near the limit and never cut: the verb refuses what is longer. */
  limit?: number;
};

/** One line of text. Give `type`, `inputMode` and `autoComplete`: they choose the keyboard of a phone. */
export function Input({ className, defaultValue, limit, ...rest }: ComponentProps<'input'> & Limited) {
  const { attributes, kept } = useField();
  const control = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        {...attributes}
        {...rest}
        ref={control}
        defaultValue={kept ?? defaultValue}
        className={cx('control', className)}
      />
      {limit && <TextLimit limit={limit} control={control} />}
    </>
  );
}

/** Several lines; grows with what is written where the browser can. */
export function Textarea({
  className,
  defaultValue,
  rows = 3,
  limit,
  ...rest
}: ComponentProps<'textarea'> & Limited) {
  const { attributes, kept } = useField();
  const control = useRef<HTMLTextAreaElement>(null);
  return (
    <>
      <textarea
        {...attributes}
        {...rest}
        ref={control}
        rows={rows}
        defaultValue={kept ?? defaultValue}
        className={cx('control field-sizing-content max-h-96 min-h-[calc(var(--control)*2)]', className)}
      />
      {limit && <TextLimit limit={limit} control={control} />}
    </>
  );
}

export type Option = { value: string; label: string; disabled?: boolean };

/** The browser's own list: right on every phone, with every keyboard. Six choices or fewer: RadioCards. */
export function Select({
  options,
  placeholder,
  className,
  defaultValue,
  ...rest
}: ComponentProps<'select'> & { options: readonly Option[]; placeholder?: string }) {
  const { attributes, kept } = useField();
  return (
    <span className={cx('relative block', className)}>
      <select
        {...attributes}
        {...rest}
        defaultValue={kept ?? defaultValue ?? ''}
        className="control appearance-none pr-9"
      >
        {placeholder != null && <option value="">{placeholder}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-2"
      />
    </span>
  );
}

/** One yes or no, with its own label; needs no Field. Sends "on" when ticked. */
export function Checkbox({
  label,
  hint,
  name,
  defaultChecked,
  ...rest
}: ComponentProps<'input'> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId();
  const drafted = useFormState().draft?.[name ?? ''];
  return (
    <label className="flex min-h-(--control) items-start gap-3 py-1.5">
      <span className="grid h-[1.5em] place-items-center">
        <input
          {...rest}
          type="checkbox"
          name={name}
          defaultChecked={drafted ? drafted.includes(String(rest.value ?? 'on')) : defaultChecked}
          aria-describedby={hint ? id : undefined}
          className="size-[1.25em] accent-accent"
        />
      </span>
      <span>
        {label}
        {hint && (
          <span id={id} className="block text-[0.875em] text-ink-2">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

type Card = { value: string; label: ReactNode; hint?: ReactNode; aside?: ReactNode; disabled?: boolean };

/** A few choices worth comparing. Wrap in `<Field group>`; arrow keys move between the cards. */
export function RadioCards({
  options,
  defaultValue,
  columns = 1,
  onChange,
}: {
  options: readonly Card[];
  defaultValue?: string;
  columns?: 1 | 2 | 3;
  onChange?: (value: string) => void;
}) {
  const { attributes, kept } = useField();
  return (
    <div className={cx('grid gap-2', columns === 2 && 'sm:grid-cols-2', columns === 3 && 'sm:grid-cols-3')}>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex min-h-(--control) items-start gap-3 rounded-md border border-edge bg-surface px-4 py-3 has-checked:border-accent-ink has-checked:bg-accent-soft has-checked:shadow-[inset_0_0_0_1px_var(--color-accent-ink)] has-disabled:opacity-50 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
        >
          <span className="grid h-[1.5em] place-items-center">
            <input
              type="radio"
              name={attributes.name}
              value={option.value}
              required={attributes.required}
              disabled={option.disabled}
              aria-invalid={attributes['aria-invalid']}
              defaultChecked={(kept ?? defaultValue) === option.value}
              onChange={onChange && (() => onChange(option.value))}
              className="size-[1.125em] accent-accent-ink focus-visible:outline-none"
            />
          </span>
          <span className="min-w-0 flex-1">
            <span className="font-medium">{option.label}</span>
            {option.hint && <span className="block text-[0.875em] text-ink-2">{option.hint}</span>}
          </span>
          {option.aside && <span className="text-ink-2">{option.aside}</span>}
        </label>
      ))}
    </div>
  );
}

/** A number with steps; typed in the reader's own notation, sent as a plain number. */
export function NumberField({
  defaultValue,
  value,
  onValueChange,
  min,
  max,
  step = 1,
  suffix,
  disabled,
}: {
  defaultValue?: number;
  value?: number | null;
  onValueChange?: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  suffix?: ReactNode;
  disabled?: boolean;
}) {
  const t = useTranslations('ui');
  const locale = useLocale();
  const { attributes, kept } = useField();
  const button =
    'grid w-(--control) shrink-0 place-items-center text-ink-2 hover:bg-sunken hover:text-ink disabled:opacity-40 -outline-offset-2';
  return (
    <BaseNumberField.Root
      id={attributes.id}
      name={attributes.name}
      required={attributes.required}
      defaultValue={kept != null && kept !== '' ? Number(kept) : defaultValue}
      value={value}
      onValueChange={onValueChange}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      locale={locale}
    >
      <BaseNumberField.Group
        className={cx(
          'flex w-fit items-stretch overflow-hidden rounded-md border border-edge bg-surface focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-focus',
          attributes['aria-invalid'] && 'border-bad',
        )}
      >
        <BaseNumberField.Decrement className={cx(button, 'border-r')} aria-label={t('number.less')}>
          <Minus className="size-[1.1em]" aria-hidden="true" />
        </BaseNumberField.Decrement>
        <BaseNumberField.Input
          aria-invalid={attributes['aria-invalid']}
          aria-describedby={attributes['aria-describedby']}
          className="min-h-(--control) w-24 bg-transparent px-2 text-center text-(length:--control-text) tabular-nums outline-none"
        />
        {suffix && <span className="self-center pr-3 text-ink-2">{suffix}</span>}
        <BaseNumberField.Increment className={cx(button, 'border-l')} aria-label={t('number.more')}>
          <Plus className="size-[1.1em]" aria-hidden="true" />
        </BaseNumberField.Increment>
      </BaseNumberField.Group>
    </BaseNumberField.Root>
  );
}

/**
 * Day and time, typed as wall-clock time of the business zone ("2026-11-22T14:30"); the action turns it
 * into an instant. Says which zone when the reader's own is another one.
 */
export function DateTimeField({
  withTime = true,
  className,
  defaultValue,
  ...rest
}: ComponentProps<'input'> & { withTime?: boolean }) {
  const t = useTranslations('ui');
  const { attributes, kept } = useField();
  const zone = useTimeZone() ?? 'UTC';
  return (
    <span className={cx('flex flex-wrap items-center gap-x-3 gap-y-1', className)}>
      <input
        {...attributes}
        {...rest}
        type={withTime ? 'datetime-local' : 'date'}
        defaultValue={kept ?? defaultValue}
        className="control w-auto min-w-56"
      />
      {withTime && (
        <span className="text-[0.875em] text-ink-2">
          {t('dateTime.zone', { zone: zone.replaceAll('_', ' ') })}
        </span>
      )}
    </span>
  );
}
