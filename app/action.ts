import 'server-only';
import { randomUUID } from 'node:crypto';
import { refresh } from 'next/cache';
import { headers } from 'next/headers';
import { redirect, unstable_rethrow } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { refuseOtherSites } from './refuse-other-sites.ts';
import { currentCtx } from './session.ts';
import type { FormState } from './ui/form-state.ts';

/** What a form's work may answer: where to go, or what to say (a toast). Nothing means "done, show the page anew". */
export type Done = { redirectTo?: string; message?: string } | undefined;

const longestKeptValue = 5000;

/**
 * Runs the work of a server action as the person who sent the form. A refusal comes back as form state in their language,
 * with what they typed; anything else is a fault, logged under an id that they see. Refuses a request of another site, and
 * one that does not say where it comes from, which Next would let through.
 */
export async function runAction(
  form: FormData,
  work: (ctx: Ctx, form: FormData) => Promise<Done> | Promise<void>,
): Promise<FormState> {
  let done: Done;
  try {
    refuseOtherSites(await headers());
    done = (await work(await currentCtx(), form)) ?? undefined;
  } catch (error) {
    // Next's own redirect() and notFound() travel as errors.
    unstable_rethrow(error);
    return { ...(await stateOf(error)), values: typed(form) };
  }
  if (done?.redirectTo) redirect(done.redirectTo);
  refresh();
  return { ok: true, message: done?.message };
}

/** The state of a form whose work threw: a refusal in words, or the id of a fault. */
export async function stateOf(error: unknown): Promise<FormState> {
  const t = await getTranslations();
  if (error instanceof Refused) {
    const errors = Object.fromEntries(
      Object.entries(error.fields).map(([field, code]) => [field, t(messageKey(code) as never)]),
    );
    return { message: t(messageKey(error.code) as never, error.params as never), errors };
  }
  const id = randomUUID().slice(0, 8);
  console.error(`fault ${id}:`, error);
  return { message: t('errors.fault', { id }) };
}

/** `ordering.past_date` is at `ordering.errors.past_date`; a code of the kernel, without a dot, at `errors.<code>`. */
function messageKey(code: string): string {
  const dot = code.indexOf('.');
  return dot < 0 ? `errors.${code}` : `${code.slice(0, dot)}.errors.${code.slice(dot + 1)}`;
}

// Given back to a browser without script; secrets and files are typed anew.
function typed(form: FormData): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of form) {
    if (typeof value !== 'string' || name.startsWith('$') || /password|secret|token/i.test(name)) continue;
    if (value.length <= longestKeptValue) values[name] = value;
  }
  return values;
}
