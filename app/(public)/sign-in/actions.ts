'use server';

import { headers } from 'next/headers';
import { runAction } from '#app/action.ts';
import { browserLanguage } from '#app/i18n.ts';
import { homeOf, safePath, setSessionCookie } from '#app/session.ts';
import type { FormState } from '#app/ui/form.tsx';
import { acceptInvitation, requestPasswordLink, signInWithPassword } from '#lib/identity/index.ts';

/** Signs in with a password and goes where the person was going. */
export async function signIn(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const { sessionId, roles } = await signInWithPassword(
      ctx,
      { email: form.get('email'), password: form.get('password') },
      { ...(await whereFrom()), language: await browserLanguage() },
    );
    await setSessionCookie(sessionId);
    return { redirectTo: safePath(form.get('callbackUrl'), homeOf(roles)) };
  });
}

/** Asks for a link to a new password. */
export async function askForLink(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    await requestPasswordLink(ctx, { email: form.get('email') }, await whereFrom());
    return { redirectTo: '/sign-in/forgot?asked=1' };
  });
}

/** Uses an invitation: the password is set and the person is in. */
export async function acceptInvitationForm(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const { userAgent } = await whereFrom();
    const { sessionId, roles } = await acceptInvitation(ctx, {
      token: String(form.get('token') ?? ''),
      password: form.get('password'),
      userAgent,
      language: await browserLanguage(),
    });
    await setSessionCookie(sessionId);
    return { redirectTo: homeOf(roles) };
  });
}

// The last address in the list is the one that our own proxy, or Next itself, saw; the ones before it are hearsay.
async function whereFrom(): Promise<{ address: string; userAgent: string }> {
  const sent = await headers();
  const address = sent.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown';
  return { address, userAgent: sent.get('user-agent') ?? '' };
}
