import { type NextRequest, NextResponse } from 'next/server';
import { isLocale, staticPublicPaths } from './app/ui/locales.ts';

const development = process.env.NODE_ENV === 'development';

/**
 * Never the lock: every page, action and route checks for itself who calls. Gives each signed-in page a script nonce, and
 * tells it its own path, so that sign-in leads back to it. Static public pages are left alone and stay cacheable.
 */
export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  if (staticPublicPaths.includes(pathname) || isLocale(pathname.split('/')[1])) return NextResponse.next();
  // Nobody types it, Postgres takes it in no text, and every search would have to think of it.
  if (search.includes('%00'))
    return NextResponse.redirect(new URL(pathname + search.replaceAll('%00', ''), request.url));
  const nonce = btoa(crypto.randomUUID());
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // Positioned menus and dialogs set style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('x-path', pathname + search);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  // Pages only: no route handlers, no build output, no files.
  matcher: ['/((?!api/|_next/|.*\\.[a-z0-9]+$).*)'],
};
