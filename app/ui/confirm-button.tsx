'use client';

import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import type { ButtonSize, ButtonVariant } from './button-class.ts';
import { Dialog, DialogClose } from './dialog.tsx';
import { Field } from './field.tsx';
import { Form } from './form.tsx';
import type { FormAction } from './form-state.ts';
import { Textarea } from './inputs.tsx';

type Props = {
  action: FormAction;
  hidden?: Record<string, string | undefined>;
  title: ReactNode;
  /** What it means and that it cannot be undone. */
  description?: ReactNode;
  /** The verb again, on the button that does it. */
  confirm: ReactNode;
  /** Asks why; arrives in the action under `name` (default "reason"). */
  reason?: { label: ReactNode; hint?: ReactNode; required?: boolean; name?: string };
  variant?: ButtonVariant;
  size?: ButtonSize;
  tone?: 'danger' | 'primary';
  disabled?: boolean;
  className?: string;
  /** Called once it is done. */
  onOk?: () => void;
  /** Further fields, above the reason. */
  fields?: ReactNode;
  children: ReactNode;
};

/** For what cannot be undone: a button, a question, and perhaps a reason. The answer's errors stay in the dialog. */
export function ConfirmButton({
  action,
  hidden,
  title,
  description,
  confirm,
  reason,
  fields,
  onOk,
  tone = 'danger',
  children,
  ...button
}: Props) {
  const t = useTranslations('ui');
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button {...button}>{children}</Button>}
      title={title}
      description={description}
    >
      <Form
        action={action}
        hidden={hidden}
        onOk={() => {
          setOpen(false);
          onOk?.();
        }}
      >
        {fields}
        {reason && (
          <Field
            name={reason.name ?? 'reason'}
            label={reason.label}
            hint={reason.hint}
            required={reason.required ?? true}
          >
            <Textarea limit={500} />
          </Field>
        )}
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <DialogClose render={<Button variant="quiet">{t('back')}</Button>} />
          <Button type="submit" variant={tone}>
            {confirm}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
