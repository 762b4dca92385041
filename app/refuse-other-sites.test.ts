import { expect, test } from 'vitest';
import { refuseOtherSites } from './refuse-other-sites.ts';

const call = (headers: Record<string, string>) => () => refuseOtherSites(new Headers(headers));

test('a page of our own may call, also through a proxy that has another name for us', () => {
  expect(call({ origin: 'https://mcf.example', host: 'mcf.example' })).not.toThrow();
  expect(call({ origin: 'http://localhost:3000', host: 'localhost:3000' })).not.toThrow();
  const proxied = { origin: 'https://mcf.example', host: '10.0.0.1:3000', 'x-forwarded-host': 'mcf.example' };
  expect(call(proxied)).not.toThrow();
});

test('another site, another port, and whoever does not say where they come from may not', () => {
  for (const origin of ['https://evil.example', 'https://mcf.example:8443', 'null', '', 'mcf.example'])
    expect(call({ origin, host: 'mcf.example' })).toThrow('other_site');
  expect(call({ host: 'mcf.example' })).toThrow('other_site');
  expect(call({ origin: 'https://mcf.example' })).toThrow('other_site');
});
