// Lets the worker's portal open without network: pages seen before, as they were last seen. It never answers for the
// network when there is one, and knows nothing of photos: their queue is in the page and in IndexedDB.
const pages = 'mcf-work-pages';
const assets = 'mcf-work-assets';
const mostPages = 30;
const mostAssets = 300;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/_next/static/')) event.respondWith(fromCacheFirst(event));
  else if (request.mode === 'navigate' && isWork(url)) event.respondWith(fromNetworkFirst(event));
});

// The page was reached without loading a document: keep the document for later.
self.addEventListener('message', (event) => {
  const url = new URL(String(event.data?.keep ?? ''), self.location.origin);
  if (url.origin === self.location.origin && isWork(url)) event.waitUntil(keepPage(url.href));
});

const isWork = (url) => url.pathname === '/work' || url.pathname.startsWith('/work/');

async function fromNetworkFirst(event) {
  try {
    const response = await fetch(event.request);
    // Sent to sign in: whoever holds the phone now must not read the orders of whoever had it before.
    if (response.type === 'opaqueredirect' || response.redirected) event.waitUntil(caches.delete(pages));
    else if (response.ok) event.waitUntil(put(pages, event.request.url, response.clone(), mostPages));
    return response;
  } catch {
    const cache = await caches.open(pages);
    return (await cache.match(event.request.url)) ?? offlinePage();
  }
}

async function fromCacheFirst(event) {
  const cached = await caches.match(event.request.url);
  if (cached) return cached;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(put(assets, event.request.url, response.clone(), mostAssets));
  return response;
}

async function keepPage(address) {
  try {
    const response = await fetch(address, { headers: { accept: 'text/html' }, redirect: 'manual' });
    if (response.ok) await put(pages, address, response, mostPages);
  } catch {
    // No network: what was kept before stays.
  }
}

async function put(name, address, response, most) {
  const cache = await caches.open(name);
  await cache.delete(address);
  await cache.put(address, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => cache.delete(key)));
}

function offlinePage() {
  const html = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>No network</title>
<style>body{font:17px/1.5 system-ui,sans-serif;background:#faf6ef;color:#241e16;margin:0;padding:3rem 1.25rem}
h1{font-size:1.5rem;margin:0 0 .5rem}a{color:#875000;display:inline-block;padding:.75rem 0}
@media(prefers-color-scheme:dark){body{background:#17140f;color:#f3ecdf}a{color:#f4bd62}}</style>
<h1>No network</h1>
<p>This page has not been opened on this phone before. Orders that you have looked at open without network.</p>
<p><a href="/work">Your orders</a></p>
<div lang="ru"><h1>Нет сети</h1>
<p>Эту страницу на этом телефоне ещё не открывали. Заказы, которые вы уже смотрели, откроются без сети.</p>
<p><a href="/work">Ваши заказы</a></p></div>`;
  return new Response(html, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
