import 'server-only';
import { headers } from 'next/headers';
import type { NextAuthOptions } from 'next-auth';
import { openSession, sessionDays, welcomeTester } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { browserLanguage } from './i18n.ts';
import { systemCtx } from './session.ts';

const ssoCtx = () => systemCtx('single-sign-on');

type HcbProfile = { sub: string; name?: string; email?: string };

/**
 * Single sign-on with HCB by OpenID Connect [US-010]. The cookie carries only the id of a stored session: what it may do is
 * looked up on every request. Passwords have a form of our own (app/(public)/sign-in).
 */
export function authOptions(): NextAuthOptions {
  const { HCB_ISSUER, HCB_CLIENT_ID, HCB_CLIENT_SECRET, NEXTAUTH_SECRET } = process.env;
  return {
    secret: NEXTAUTH_SECRET,
    session: { strategy: 'jwt', maxAge: sessionDays * 86_400 },
    pages: { signIn: '/sign-in/problem', error: '/sign-in/problem', signOut: '/account' },
    providers: [
      {
        id: 'hcb',
        name: 'Happy Cat Box',
        type: 'oauth',
        wellKnown: `${HCB_ISSUER}/.well-known/openid-configuration`,
        issuer: HCB_ISSUER,
        clientId: HCB_CLIENT_ID,
        clientSecret: HCB_CLIENT_SECRET,
        authorization: { params: { scope: 'openid profile email' } },
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        httpOptions: { timeout: 8000 },
        profile: (profile: HcbProfile) => ({ id: profile.sub, name: profile.name, email: profile.email }),
      },
    ],
    callbacks: {
      signIn: async ({ account, profile }) => {
        const { sub, name, email } = (profile ?? {}) as HcbProfile;
        if (account?.provider !== 'hcb' || !sub || !email) return false;
        try {
          await welcomeTester(ssoCtx(), {
            subject: sub,
            name: name || email,
            email,
            language: await browserLanguage(),
          });
          return true;
        } catch (error) {
          if (error instanceof Refused) return `/sign-in/problem?error=${error.code}`;
          throw error;
        }
      },
      // Called with `profile` once, at sign-in; later calls keep what is there.
      jwt: async ({ token, account, profile }) => {
        if (!account || !profile) return { sid: token.sid };
        const { sub, name, email } = profile as HcbProfile;
        const ctx = ssoCtx();
        const { accountId } = await welcomeTester(ctx, {
          subject: sub,
          name: name || email!,
          email: email!,
          language: await browserLanguage(),
        });
        const userAgent = (await headers()).get('user-agent') ?? '';
        return { sid: await openSession(ctx, { accountId, userAgent }) };
      },
      // Nobody asks next-auth who is signed in; app/session.ts does that.
      session: async () => ({ expires: '1970-01-01T00:00:00.000Z' }),
    },
    logger: {
      error: (code, metadata) =>
        console.error(
          `single sign-on: ${code}`,
          metadata instanceof Error ? metadata.message : reason(metadata),
        ),
      warn: () => {},
      debug: () => {},
    },
  };
}

const reason = (metadata: unknown) =>
  (metadata as { error?: Error } | undefined)?.error?.message ?? 'no reason given';
