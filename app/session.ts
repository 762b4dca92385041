import 'server-only';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { decode, encode } from 'next-auth/jwt';
import { cache } from 'react';
import { connection } from '#db/client.ts';
import { readSession, type Session, sessionDays } from '#lib/identity/index.ts';
import { type Actor, type Ctx, createCtx, type Role } from '#lib/kernel/ctx.ts';

// next-auth decides by NEXTAUTH_URL whether its cookies are `secure`; what we read must have the same name.
const secure = () => (process.env.NEXTAUTH_URL ?? '').startsWith('https://');
const sessionCookieName = () => `${secure() ? '__Secure-' : ''}next-auth.session-token`;

const secret = () => {
  if (!process.env.NEXTAUTH_SECRET) throw new Error('NEXTAUTH_SECRET is not set.');
  return process.env.NEXTAUTH_SECRET;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The session behind this request's cookie, looked up in the database once per request; null when nobody is signed in. */
export const currentSession = cache(async (): Promise<Session | null> => {
  const cookie = (await cookies()).get(sessionCookieName())?.value;
  if (!cookie) return null;
  const token = await decode({ token: cookie, secret: secret() }).catch(() => null);
  if (typeof token?.sid !== 'string' || !uuid.test(token.sid)) return null;
  return readSession({ db: connection().db, now: new Date() }, token.sid);
});

/** Who is signed in, checked against the stored session on every request; anonymous otherwise. */
async function currentActor(): Promise<Actor> {
  const session = await currentSession();
  if (!session) return { kind: 'anonymous', id: 'anonymous' };
  return { kind: 'account', id: session.accountId, roles: session.roles };
}

/** A ctx for this request. */
export async function currentCtx(): Promise<Ctx> {
  return createCtx(connection().db, await currentActor());
}

/** A ctx of the system under a name, for what comes from machines. */
export const systemCtx = (id: string): Ctx => createCtx(connection().db, { kind: 'system', id });

/** Where a person's day begins. */
export function homeOf(roles: readonly Role[]): string {
  if (roles.includes('manager') || roles.includes('billing')) return '/manage';
  if (roles.includes('staff')) return '/warehouse';
  if (roles.includes('worker')) return '/work';
  return '/orders';
}

/**
 * A ctx of someone with one of the roles (of anyone signed in when none is named). Sends the others to sign in, and those
 * with another role to a page that says so. For pages and layouts: actions rely on the verbs' own check.
 */
export async function requireCtx(...allowed: Role[]): Promise<Ctx> {
  const ctx = await currentCtx();
  if (ctx.actor.kind === 'account') {
    const { roles } = ctx.actor;
    if (allowed.length === 0 || roles.some((role) => allowed.includes(role))) return ctx;
    redirect('/sign-in/elsewhere');
  }
  const path = (await headers()).get('x-path');
  const back = path ? `?callbackUrl=${encodeURIComponent(path)}` : '';
  redirect(`${allowed.includes('client') ? '/sign-in/hcb' : '/sign-in'}${back}`);
}

/** Sets the cookie of a session just opened; only in actions and route handlers. */
export async function setSessionCookie(sessionId: string): Promise<void> {
  const maxAge = sessionDays * 86_400;
  const value = await encode({ token: { sid: sessionId }, secret: secret(), maxAge });
  (await cookies()).set(sessionCookieName(), value, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: secure(),
    maxAge,
  });
}

/** Forgets the cookie; the stored session is ended apart. */
export async function clearSessionCookie(): Promise<void> {
  (await cookies()).set(sessionCookieName(), '', { path: '/', maxAge: 0, secure: secure(), httpOnly: true });
}

/** A way back inside our own pages; anything that could leave the site becomes the fallback. */
export function safePath(given: unknown, fallback: string): string {
  if (typeof given !== 'string' || given.length > 500 || !/^\/(?![/\\])/.test(given)) return fallback;
  const url = new URL(given, 'http://inside.invalid');
  return url.origin === 'http://inside.invalid' ? url.pathname + url.search : fallback;
}
