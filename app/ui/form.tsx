'use client';

import { useTranslations } from 'next-intl';
import {
  type ComponentProps,
  createContext,
  type ReactNode,
  startTransition,
  useActionState,
  useContext,
  useEffect,
  useRef,
} from 'react';
import { Callout } from './callout.tsx';
import { cx } from './cx.ts';
import type { FormAction, FormState } from './form-state.ts';
import { toast } from './toast.tsx';

export type { FormAction, FormState } from './form-state.ts';

const FormContext = createContext<FormState>({});

/** What the last answer said about this form; fields read their error and kept value from here. */
export function useFormState(): FormState {
  return useContext(FormContext);
}

type Props = Omit<ComponentProps<'form'>, 'action' | 'children' | 'hidden'> & {
  action: FormAction;
  /** Sent along unseen, for example ids. Never trust them in the action. */
  hidden?: Record<string, string | undefined>;
  /** Empty the fields after success, for forms that stay on the screen. */
  resetOnOk?: boolean;
  /** Called after an answer with `ok`, for example to close a dialog. */
  onOk?: (state: FormState) => void;
  children: ReactNode;
};

/**
 * A form bound to a server action. Keeps what was typed when the answer is an error, goes to the first
 * wrong field, cannot be sent twice at once, and works before its script has arrived.
 */
export function Form({ action, hidden, resetOnOk, onOk, className, children, onSubmit, ...rest }: Props) {
  const t = useTranslations('ui.form');
  const [state, dispatch, pending] = useActionState(action, {});
  const form = useRef<HTMLFormElement>(null);
  const done = useRef(onOk);
  done.current = onOk;

  useEffect(() => {
    if (!form.current) return;
    if (state.ok) {
      if (state.message) toast.success(state.message);
      if (resetOnOk) form.current.reset();
      done.current?.(state);
      return;
    }
    if (!state.errors && !state.message) return;
    const wrong = Array.from(form.current.elements).find(
      (element) => element.getAttribute('name') != null && state.errors?.[element.getAttribute('name')!],
    );
    const target =
      (wrong as HTMLElement | undefined) ?? form.current.querySelector<HTMLElement>('[data-form-message]');
    target?.focus();
  }, [state, resetOnOk]);

  return (
    <FormContext value={state}>
      <form
        {...rest}
        ref={form}
        action={dispatch}
        noValidate
        aria-busy={pending || undefined}
        className={cx('flex flex-col gap-5', className)}
        onSubmit={(event) => {
          onSubmit?.(event);
          if (event.defaultPrevented) return;
          // Sent by hand: React would empty the fields after the action, also when it answered with errors.
          event.preventDefault();
          if (pending) return;
          // An action that cannot be sent would take the whole page down with its error.
          if (!navigator.onLine) {
            toast.error(t('noNetwork'));
            return;
          }
          const submitter = (event.nativeEvent as SubmitEvent).submitter;
          const data = new FormData(event.currentTarget, submitter);
          startTransition(() => dispatch(data));
        }}
      >
        {state.message && !state.ok && (
          <div data-form-message tabIndex={-1} className="rounded-md">
            <Callout tone="bad">{state.message}</Callout>
          </div>
        )}
        {hidden &&
          Object.entries(hidden).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value ?? ''} />
          ))}
        {children}
      </form>
    </FormContext>
  );
}
