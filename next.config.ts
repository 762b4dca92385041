import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';
import { prefersRussian, staticPublicPaths } from './app/ui/locales.ts';

/** Sent with every answer. The script part of the CSP belongs to whoever knows the nonce; this part never varies. */
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Content-Security-Policy', value: "base-uri 'self'; object-src 'none'; frame-ancestors 'none'" },
];

/** One address, two languages: a shared cache must ask again, which costs it an ETag comparison. */
const askAgain = { key: 'Cache-Control', value: 'public, max-age=0, must-revalidate' };

/** Static public pages exist once per language; the address stays the same, the cookie or the browser picks. */
function publicRewrites() {
  return staticPublicPaths.flatMap((path) => {
    const to = (locale: string) => (path === '/' ? `/${locale}` : `/${locale}${path}`);
    return [
      { source: path, has: [{ type: 'cookie' as const, key: 'locale', value: 'ru' }], destination: to('ru') },
      {
        source: path,
        has: [{ type: 'header' as const, key: 'accept-language', value: prefersRussian }],
        missing: [{ type: 'cookie' as const, key: 'locale' }],
        destination: to('ru'),
      },
      { source: path, destination: to('en') },
    ];
  });
}

const distDir = process.env.MCF_DIST_DIR || '.next';

const config: NextConfig = {
  distDir,
  // Types are checked by `npm run check`. Next leaves a tsconfig alone that extends another one; the committed one
  // it would rewrite for every build folder.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
  // `page.dev.tsx` is a page in development only: the gallery never ships.
  pageExtensions: process.env.NODE_ENV === 'development' ? ['dev.tsx', 'tsx', 'ts'] : ['tsx', 'ts'],
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: [
    'postgres',
    'sharp',
    'nodemailer',
    'pino',
    'oidc-provider',
    'smtp-server',
    'pdfmake',
  ],
  // sharp-made thumbnails are served by our own route; the public image optimizer would be one more thing to attack.
  images: { unoptimized: true },
  experimental: { optimizePackageImports: ['lucide-react'] },
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    ...staticPublicPaths.map((source) => ({ source, headers: [askAgain] })),
  ],
  rewrites: async () => ({ beforeFiles: publicRewrites(), afterFiles: [], fallback: [] }),
};

export default createNextIntlPlugin('./app/i18n.ts')(config);
