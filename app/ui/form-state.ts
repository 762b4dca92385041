/**
 * What a server action answers to a form. `ok` with a message is shown as a toast, a message without
 * `ok` as a Callout on top, `errors` at the fields of those names; `values` are what was typed, for a
 * browser without script.
 */
export type FormState = {
  ok?: true;
  message?: string;
  errors?: Record<string, string>;
  values?: Record<string, string>;
};

export type FormAction = (state: FormState, data: FormData) => Promise<FormState>;
