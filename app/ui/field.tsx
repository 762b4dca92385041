'use client';

import { useTranslations } from 'next-intl';
import { createContext, type ReactNode, useContext, useId } from 'react';
import { cx } from './cx.ts';
import { useFormState } from './form.tsx';

type FieldWiring = {
  id?: string;
  name?: string;
  required?: boolean;
  invalid?: boolean;
  describedBy?: string;
  kept?: string;
};

const FieldContext = createContext<FieldWiring>({});

/** Attributes every control inside a Field takes over, and the value typed before if the form came back. */
export function useField() {
  const field = useContext(FieldContext);
  return {
    attributes: {
      id: field.id,
      name: field.name,
      required: field.required,
      'aria-invalid': field.invalid || undefined,
      'aria-describedby': field.describedBy,
    },
    kept: field.kept,
  };
}

type Props = {
  name: string;
  label: ReactNode;
  /** One sentence that helps to fill it in. */
  hint?: ReactNode;
  /** Only outside a Form; inside, errors arrive by name. */
  error?: string;
  required?: boolean;
  /** One of a set whose heading says that each may be left empty. */
  inSet?: boolean;
  /** Keep the label for screen readers only. */
  hideLabel?: boolean;
  /** For a set of controls (radio cards, a signature): a fieldset with a legend. */
  group?: boolean;
  className?: string;
  children: ReactNode;
};

/** Label, control, hint, error, wired together. Optional fields say so; required ones are the rule. */
export function Field({
  name,
  label,
  hint,
  error,
  required,
  inSet,
  hideLabel,
  group,
  className,
  children,
}: Props) {
  const t = useTranslations('ui');
  const id = useId();
  const state = useFormState();
  const wrong = error ?? state.errors?.[name];
  const describedBy = cx(hint != null && `${id}-hint`, wrong && `${id}-error`) || undefined;
  const Box = group ? 'fieldset' : 'div';
  const Label = group ? 'legend' : 'label';
  return (
    <FieldContext
      value={{
        id,
        name,
        required,
        invalid: Boolean(wrong),
        describedBy,
        kept: state.values?.[name] ?? state.draft?.[name]?.[0],
      }}
    >
      <Box className={cx('min-w-0', className)} aria-describedby={group ? describedBy : undefined}>
        <Label
          htmlFor={group ? undefined : id}
          className={cx('mb-1.5 block font-medium', hideLabel && 'sr-only')}
        >
          {label}
          {!required && !inSet && <span className="ml-2 font-normal text-ink-3">{t('field.optional')}</span>}
        </Label>
        {children}
        {hint != null && (
          <p id={`${id}-hint`} className="mt-1.5 text-[0.875em] text-ink-2">
            {hint}
          </p>
        )}
        {wrong && (
          <p id={`${id}-error`} className="mt-1.5 flex gap-1.5 text-[0.9375em] font-medium text-bad">
            <span aria-hidden="true">▲</span>
            {wrong}
          </p>
        )}
      </Box>
    </FieldContext>
  );
}
