import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider, { type JWK } from 'oidc-provider';
import type { Sql } from 'postgres';
import { type Exchange, HttpRefusal, redirectTo } from './http.ts';
import { html, renderPage } from './page.ts';
import { signOnRecords } from './sign-on-records.ts';
import { findTester, USUAL_TESTER } from './testers.ts';

const DAY_SECONDS = 86_400;
export const TESTER_COOKIE = 'hcb_tester';

/**
 * The company's OpenID provider. Nobody types anything: the tester chosen by cookie (Murka when there is none) is
 * signed in at once and consents by working there. A tester who has left is refused with `access_denied`.
 */
export async function openSignOn(
  sql: Sql,
  options: { origin: string; appUrl: string; clientId: string; clientSecret: string },
): Promise<{ serve(exchange: Exchange): Promise<void> }> {
  const keys = await keepSignOnKeys(sql);
  const provider = new Provider(`${options.origin}/sso`, {
    adapter: (model: string) => signOnRecords(sql, model),
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [`${options.appUrl}/api/auth/callback/hcb`],
        post_logout_redirect_uris: [options.appUrl, `${options.appUrl}/`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [keys.signing] },
    scopes: ['openid', 'profile', 'email'],
    responseTypes: ['code'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    // The client reads name and email from the ID token and need not ask for them again.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: {
      keys: [keys.cookies],
      // Cookies know no ports: kept under /sso, they never reach the app on the same host.
      long: { path: '/sso', httpOnly: true, sameSite: 'lax' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      IdToken: 3_600,
      Interaction: 600,
      Session: 14 * DAY_SECONDS,
      Grant: 14 * DAY_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.type = 'html';
          ctx.body = renderPage(
            'Sign out of Happy Cat Box?',
            html`${{ html: form }}<p><button class="main" autofocus type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>`,
          );
        },
        postLogoutSuccessSource: async (ctx) => {
          ctx.type = 'html';
          ctx.body = renderPage(
            'You are signed out',
            html`<p>Happy Cat Box knows you again the moment you come back. <a href="${options.appUrl}">To Make Cats Free</a></p>`,
          );
        },
      },
    },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = renderPage(
        'Single sign-on refused this',
        html`<p><code>${out.error}</code> ${out.error_description}</p><p><a href="/sso/testers">Testers</a></p>`,
      );
    },
    interactions: { url: (_ctx, interaction) => `/sso/interaction/${interaction.uid}` },
    findAccount: async (_ctx, sub) => {
      const tester = await findTester(sql, sub);
      if (!tester?.active) return undefined;
      return {
        accountId: sub,
        claims: () => ({ sub, name: tester.name, email: tester.email, email_verified: true }),
      };
    },
    loadExistingGrant: async (ctx) => {
      const { session, client, result } = ctx.oidc;
      if (!session?.accountId || !client) return undefined;
      const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
      const existing = known ? await ctx.oidc.provider.Grant.find(known) : undefined;
      if (existing) return existing;
      const grant = new ctx.oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', (_ctx, error) => console.error('sign-on fault', error));
  const callback = provider.callback();

  /** Finishes the pause in an authorization at once, as the tester chosen by cookie. */
  const finishInteraction = async ({ request, response }: Exchange): Promise<void> => {
    const tester = await findTester(sql, chosenTester(request.headers.cookie));
    const result = tester?.active
      ? { login: { accountId: tester.id }, consent: {} }
      : { error: 'access_denied', error_description: 'this tester does not work at Happy Cat Box any more' };
    redirectTo(response, await provider.interactionResult(request, response, result));
  };

  return {
    async serve(exchange) {
      const { request, response, url } = exchange;
      if (url.pathname.startsWith('/sso/interaction/')) {
        await finishInteraction(exchange).catch((error: unknown) => {
          if (error instanceof Error && error.name === 'SessionNotFound')
            throw new HttpRefusal(400, 'sign_in_expired');
          throw error;
        });
        return;
      }
      if (url.pathname === '/sso/auth') {
        const session = await provider.Session.get(provider.createContext(request, response) as never);
        const tester = await findTester(sql, chosenTester(request.headers.cookie));
        // Someone else sits at the desk now, or the one who did has left: the old session is not theirs.
        if (session.accountId && (session.accountId !== tester?.id || !tester.active)) {
          await session.destroy();
        }
      }
      Object.assign(request, { originalUrl: request.url });
      request.url = (request.url ?? '').slice('/sso'.length) || '/';
      await callback(request, response);
    },
  };
}

/** The tester whom the browser says it is; the usual one when it says nothing. */
export function chosenTester(cookieHeader: string | undefined): string {
  const cookies = (cookieHeader ?? '').split(/;\s*/);
  const found = cookies.find((cookie) => cookie.startsWith(`${TESTER_COOKIE}=`));
  return found ? decodeURIComponent(found.slice(TESTER_COOKIE.length + 1)) : USUAL_TESTER;
}

/** The signing key and the cookie secret: made once, kept in the database. */
async function keepSignOnKeys(sql: Sql): Promise<{ signing: JWK; cookies: string }> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const fresh = JSON.stringify({
    signing: { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' },
    cookies: randomBytes(32).toString('base64url'),
  });
  await sql`
    insert into outside.settings (name, value) values ('sign-on-keys', ${fresh}) on conflict do nothing`;
  const [row] = await sql<
    { value: string }[]
  >`select value from outside.settings where name = 'sign-on-keys'`;
  return JSON.parse(row?.value ?? fresh) as { signing: JWK; cookies: string };
}
