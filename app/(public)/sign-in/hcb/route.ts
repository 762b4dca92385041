import { createHash, randomBytes } from 'node:crypto';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import NextAuth from 'next-auth';
import { authOptions } from '#app/auth.ts';
import { currentSession, safePath } from '#app/session.ts';

export const dynamic = 'force-dynamic';

/**
 * Begins single sign-on by itself: no form, no button [US-010]. next-auth starts a flow only by a POST that carries its
 * anti-forgery token, so this makes the token and hands next-auth that POST. Whoever is a signed-in client goes on at once.
 */
export async function GET(request: Request): Promise<Response> {
  const callbackUrl = safePath(new URL(request.url).searchParams.get('callbackUrl'), '/orders');
  const session = await currentSession();
  if (session?.roles.includes('client')) redirect(callbackUrl);

  const secret = process.env.NEXTAUTH_SECRET ?? '';
  const secure = (process.env.NEXTAUTH_URL ?? '').startsWith('https://');
  const csrfToken = randomBytes(32).toString('hex');
  const csrfCookie = `${csrfToken}|${createHash('sha256')
    .update(csrfToken + secret)
    .digest('hex')}`;
  const jar = Object.fromEntries((await cookies()).getAll().map(({ name, value }) => [name, value]));

  const answer = { status: 200, headers: new Map<string, string | string[]>(), body: undefined as unknown };
  const response = {
    getHeader: (name: string) => answer.headers.get(name.toLowerCase()),
    setHeader(name: string, value: string | string[]) {
      answer.headers.set(name.toLowerCase(), value);
      return response;
    },
    status(code: number) {
      answer.status = code;
      return response;
    },
    json: (body: unknown) => {
      answer.body = body;
    },
    send: () => {},
    end: () => {},
  };
  await NextAuth(
    {
      method: 'POST',
      query: { nextauth: ['signin', 'hcb'] },
      body: { csrfToken, callbackUrl, json: 'true' },
      cookies: { ...jar, [`${secure ? '__Host-' : ''}next-auth.csrf-token`]: csrfCookie },
      headers: Object.fromEntries(request.headers),
    } as never,
    response as never,
    authOptions(),
  );

  const { url } = (answer.body ?? {}) as { url?: string };
  const headers = new Headers({ Location: url ?? '/sign-in/problem', 'Cache-Control': 'no-store' });
  for (const cookie of [answer.headers.get('set-cookie') ?? []].flat()) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 302, headers });
}
