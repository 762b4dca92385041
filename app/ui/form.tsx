'use client';

import { useTranslations } from 'next-intl';
import {
  type ComponentProps,
  createContext,
  Fragment,
  type ReactNode,
  startTransition,
  useActionState,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react';
import { Callout } from './callout.tsx';
import { cx } from './cx.ts';
import { type Draft, useDraft } from './draft.ts';
import type { FormAction, FormState } from './form-state.ts';
import { holdRefresh } from './hold-refresh.ts';
import { toast } from './toast.tsx';

export type { FormAction, FormState } from './form-state.ts';

type Shown = FormState & { draft?: Draft };
const FormContext = createContext<Shown>({});

/** What the last answer said about this form; fields read their error, and what was typed before, from here. */
export function useFormState(): Shown {
  return useContext(FormContext);
}

const nothing: FormState = {};

type Props = Omit<ComponentProps<'form'>, 'action' | 'children' | 'hidden'> & {
  action: FormAction;
  /** Sent along unseen, for example ids. Never trust them in the action. */
  hidden?: Record<string, string | undefined>;
  /** Empty the fields after success, for forms that stay on the screen. */
  resetOnOk?: boolean;
  /** Called after an answer with `ok`, for example to close a dialog. */
  onOk?: (state: FormState) => void;
  /**
   * Keeps what is typed in this tab under this key until it is sent: a long form survives a reload, the way back and
   * another language. Name the account in it, as tabs are handed over.
   */
  draft?: string;
  /** Told what was put back into the fields, for a screen that shows more of it; nothing after "Clear". */
  onDraft?: (draft: Draft) => void;
  children: ReactNode;
};

/**
 * A form bound to a server action. Keeps what was typed when the answer is an error, goes to the first
 * wrong field, cannot be sent twice at once, and works before its script has arrived.
 */
export function Form({
  action,
  hidden,
  resetOnOk,
  onOk,
  draft: draftKey,
  onDraft,
  className,
  children,
  onSubmit,
  ...rest
}: Props) {
  const t = useTranslations('ui.form');
  const form = useRef<HTMLFormElement>(null);
  const draft = useDraft(form, draftKey, onDraft);
  const forget = useRef(draft.forget);
  forget.current = draft.forget;
  const watched: FormAction = async (before, data) => {
    try {
      const answer = await action(before, data);
      if (answer.ok) {
        forget.current();
        // Said at once: the page shown anew may take a moment more.
        if (answer.message) toast.success(answer.message);
      }
      return answer;
    } catch (error) {
      // Going elsewhere travels as an error, and means that it is done.
      if (String((error as { digest?: unknown }).digest).startsWith('NEXT_REDIRECT')) forget.current();
      // The network failed while the browser thought it had one; thrown on, it would take the whole page down.
      if (error instanceof TypeError && !('digest' in error)) return { message: t('noAnswer') };
      throw error;
    }
  };
  // On the server the action itself: a browser without script is given its address.
  const [answered, dispatch, pending] = useActionState(typeof window === 'undefined' ? action : watched, {});
  const [clearedState, setClearedState] = useState<FormState>();
  const state = answered === clearedState ? nothing : answered;
  const done = useRef(onOk);
  done.current = onOk;

  useEffect(() => (pending ? holdRefresh() : undefined), [pending]);
  useEffect(() => {
    if (!form.current) return;
    if (state.ok) {
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
    <FormContext value={{ ...state, draft: draft.draft }}>
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
        {draft.draft && (
          <p className="flex flex-wrap items-baseline gap-x-3 text-[0.875em] text-ink-2">
            <span role="status">{t(draft.hadFiles ? 'restoredWithoutFiles' : 'restored')}</span>
            <button
              type="button"
              className="rounded-sm py-1 underline underline-offset-3 hover:text-ink"
              onClick={() => {
                setClearedState(answered);
                draft.clear();
              }}
            >
              {t('clear')}
            </button>
          </p>
        )}
        <Fragment key={draft.version}>{children}</Fragment>
      </form>
    </FormContext>
  );
}
