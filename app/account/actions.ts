'use server';

import { cookies, headers } from 'next/headers';
import { getTranslations } from 'next-intl/server';
import { changeLocale, changePassword, endAllSessions, endSession } from '#lib/identity/index.ts';
import { chooseChannels, markRead, topics } from '#lib/notifications/index.ts';
import { runAction } from '../action.ts';
import { clearSessionCookie, currentSession, setSessionCookie } from '../session.ts';
import type { FormState } from '../ui/form-state.ts';
import { localeCookie } from '../ui/locales.ts';

/** The language of pages and mail. */
export async function saveLocale(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const locale = await changeLocale(ctx, { locale: form.get('locale') });
    (await cookies()).set(localeCookie, locale, { path: '/', maxAge: 31_536_000, sameSite: 'lax' });
    return { message: (await getTranslations({ locale, namespace: 'identity.account' }))('saved') };
  });
}

/** Which topics come by mail and which in the app. */
export async function saveChannels(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const chosen = Object.fromEntries(
      Object.keys(topics).map((topic) => [
        topic,
        { byMail: form.has(`${topic}.byMail`), inApp: form.has(`${topic}.inApp`) },
      ]),
    );
    await chooseChannels(ctx, chosen);
    return { message: (await getTranslations('notifications.choose'))('saved') };
  });
}

/** Signs one device out; when it is this one, this browser is out too. */
export async function endOneSession(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const sessionId = String(form.get('sessionId') ?? '');
    const own = (await currentSession())?.id === sessionId;
    await endSession(ctx, { sessionId });
    if (own) {
      await clearSessionCookie();
      return { redirectTo: '/' };
    }
    return { message: (await getTranslations('identity.account'))('ended') };
  });
}

/** Signs every device out, this one too. */
export async function endEverySession(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx) => {
    await endAllSessions(ctx);
    await clearSessionCookie();
    return { redirectTo: '/' };
  });
}

/** A new password; this browser stays in under a new session. */
export async function savePassword(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const { sessionId } = await changePassword(ctx, {
      oldPassword: form.get('oldPassword'),
      newPassword: form.get('newPassword'),
      userAgent: (await headers()).get('user-agent') ?? '',
    });
    await setSessionCookie(sessionId);
    return { message: (await getTranslations('identity.account'))('passwordChanged') };
  });
}

/** Marks all messages as read, or the one that was opened. */
export async function readMessages(_: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const id = form.get('id');
    await markRead(ctx, typeof id === 'string' && id ? { ids: [id] } : {});
  });
}
