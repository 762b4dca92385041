import { currentCtx } from '#app/session.ts';
import { isLocale, localeCookie } from '#app/ui/locales.ts';
import { changeLocale } from '#lib/identity/index.ts';

/** Sets the language of pages and mail, and goes back to the page it was asked from. Only ever redirects to a path of ours. */
export async function GET(request: Request, { params }: { params: Promise<{ locale: string }> }) {
  const { locale } = await params;
  const headers = new Headers({
    'Cache-Control': 'no-store',
    Location: pathOf(request.headers.get('referer')),
  });
  if (isLocale(locale)) {
    // Who is signed in is also written to in this language.
    const ctx = await currentCtx();
    if (ctx.actor.kind === 'account') await changeLocale(ctx, { locale });
    headers.append('Set-Cookie', `${localeCookie}=${locale}; Path=/; Max-Age=31536000; SameSite=Lax`);
  }
  return new Response(null, { status: 303, headers });
}

/** Path and query of an address, never its host; two slashes in front would name another site. */
function pathOf(referer: string | null): string {
  if (!referer || !URL.canParse(referer)) return '/';
  const { pathname, search } = new URL(referer);
  return `/${pathname.replace(/^[/\\]+/, '')}${search}`;
}
