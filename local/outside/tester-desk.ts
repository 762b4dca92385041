import type { Sql } from 'postgres';
import {
  type Exchange,
  HttpRefusal,
  isLocalHost,
  limitFrom,
  parseObject,
  readBody,
  readForm,
  redirectTo,
  sendJson,
  sendPage,
} from './http.ts';
import { html, renderPage } from './page.ts';
import { chosenTester, TESTER_COOKIE } from './sign-on.ts';
import { addTester, findTester, listTesters, setTesterActive } from './testers.ts';

/** The page where one sees who one is, becomes somebody else, and hires or dismisses testers. */
export async function serveTesters(exchange: Exchange, sql: Sql): Promise<void> {
  const { request, response, url } = exchange;
  const rest = url.pathname.slice('/sso/testers'.length);
  if (rest === '' && request.method === 'GET') {
    sendPage(response, await renderTesters(sql, chosenTester(request.headers.cookie)));
    return;
  }
  if (rest === '' && request.method === 'POST') {
    const { name = '', email = '' } = await readForm(request);
    await addTester(sql, name, email);
    redirectTo(response, '/sso/testers');
    return;
  }
  if (rest === '/switch' && request.method === 'GET') {
    const tester = await findTester(sql, url.searchParams.get('tester') ?? '');
    if (!tester) throw new HttpRefusal(404, 'no_such_tester');
    const then = localTarget(url.searchParams.get('then'), url);
    response.setHeader(
      'set-cookie',
      `${TESTER_COOKIE}=${encodeURIComponent(tester.id)}; Path=/sso; Max-Age=31536000; HttpOnly; SameSite=Lax`,
    );
    redirectTo(response, then);
    return;
  }
  const id = decodeURIComponent(rest.slice(1));
  if (request.method === 'POST') {
    const { active } = await readForm(request);
    await setTesterActive(sql, id, active === 'true');
    redirectTo(response, '/sso/testers');
    return;
  }
  if (request.method === 'PUT') {
    const { active } = parseObject(await readBody(request));
    if (typeof active !== 'boolean') throw new HttpRefusal(400, 'active_missing');
    sendJson(response, 200, await setTesterActive(sql, id, active));
    return;
  }
  throw new HttpRefusal(404, 'not_found');
}

/** The company's directory, for those who hold its token. */
export async function serveDirectory({ request, response, url }: Exchange, sql: Sql, token: string) {
  if (request.headers.authorization !== `Bearer ${token}`) throw new HttpRefusal(401, 'bad_token');
  if (url.pathname !== '/directory/testers' || request.method !== 'GET')
    throw new HttpRefusal(404, 'not_found');
  sendJson(response, 200, await listTesters(sql, url.searchParams.get('cursor'), limitFrom(url, 100, 500)));
}

/** Where to go after switching: this machine only, so that a link cannot send a tester elsewhere. */
function localTarget(then: string | null, url: URL): string {
  if (!then) return '/sso/testers';
  if (!URL.canParse(then, url)) throw new HttpRefusal(400, 'target_not_local');
  const target = new URL(then, url);
  if (!/^https?:$/.test(target.protocol) || !isLocalHost(target.hostname)) {
    throw new HttpRefusal(400, 'target_not_local');
  }
  return target.href;
}

async function renderTesters(sql: Sql, chosen: string): Promise<string> {
  const { testers } = await listTesters(sql, null, 500);
  const me = testers.find((tester) => tester.id === chosen);
  const rows = testers.map(
    (tester) => html`<tr>
      <td>${tester.name}${tester.id === chosen ? html` <small>(you)</small>` : null}</td>
      <td>${tester.email}</td>
      <td class="mono">${tester.id}</td>
      <td>${tester.active ? 'works here' : html`<span class="failed">has left</span>`}</td>
      <td>
        ${
          tester.id === chosen
            ? null
            : html`<form class="inline" action="/sso/testers/switch"><input type="hidden" name="tester" value="${tester.id}">
              <button>Be this tester</button></form>`
        }
        <form class="inline" method="post" action="/sso/testers/${encodeURIComponent(tester.id)}">
          <input type="hidden" name="active" value="${!tester.active}">
          <button>${tester.active ? 'Deactivate' : 'Reactivate'}</button></form>
      </td></tr>`,
  );
  return renderPage(
    'Happy Cat Box testers',
    html`<p>At the company you are <strong>${me?.name ?? 'nobody it knows'}</strong>. Make Cats Free learns it by itself; change it here to see the world as another tester.</p>
    <section><div class="scroll"><table><thead><tr><th>Name</th><th>Email</th><th>Id</th><th>Status</th><th><span class="soft">Actions</span></th></tr></thead>
    <tbody>${rows}</tbody></table></div></section>
    <section><h2>Hire a tester</h2>
    <form class="row" method="post" action="/sso/testers">
      <label>Name <input name="name" required maxlength="200" autocomplete="off"></label>
      <label>Email <input name="email" type="email" required autocomplete="off"></label>
      <button class="main">Add</button></form></section>`,
  );
}
