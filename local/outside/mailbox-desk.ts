import type { Sql } from 'postgres';
import { type Exchange, HttpRefusal, limitFrom, redirectTo, sendJson, sendPage, sendText } from './http.ts';
import { deleteMails, findMail, listMails, type Mail } from './mailbox.ts';
import { formatInstant, html, renderPage } from './page.ts';

/** The mailbox: pages for people, JSON for tests. */
export async function serveMailbox({ request, response, url }: Exchange, sql: Sql): Promise<void> {
  const path = url.pathname;
  const to = url.searchParams.get('to') ?? '';
  if (path === '/mailbox/messages' && request.method === 'GET') {
    const messages = await listMails(sql, { to, since: sinceFrom(url), limit: limitFrom(url, 50, 200) });
    sendJson(response, 200, { messages });
    return;
  }
  if (path === '/mailbox/messages' && request.method === 'DELETE') {
    sendJson(response, 200, { deleted: await deleteMails(sql, to) });
    return;
  }
  if (path === '/mailbox' && request.method === 'GET') {
    sendPage(response, renderList(to, await listMails(sql, { to, since: null, limit: 100 })));
    return;
  }
  if (path === '/mailbox' && request.method === 'POST') {
    await deleteMails(sql, '');
    redirectTo(response, '/mailbox');
    return;
  }
  const [, id, part] = /^\/mailbox\/(\d{1,18})(?:\/(html|raw))?$/.exec(path) ?? [];
  const mail = id && request.method === 'GET' ? await findMail(sql, id) : undefined;
  if (!mail) throw new HttpRefusal(404, 'not_found');
  if (part === 'raw') {
    if (!mail.raw) throw new HttpRefusal(404, 'too_large_to_keep');
    response.setHeader('content-disposition', `attachment; filename="mail-${mail.id}.eml"`);
    sendText(response, 200, 'application/octet-stream', mail.raw);
  } else if (part === 'html') {
    // A mail is somebody else's HTML: no scripts, no forms, no network, no origin; links open elsewhere.
    response.setHeader(
      'content-security-policy',
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    );
    sendText(response, 200, 'text/html; charset=utf-8', `<base target="_blank">${mail.html ?? ''}`);
  } else {
    sendPage(response, renderMail(mail));
  }
}

function sinceFrom(url: URL): Date | null {
  const text = url.searchParams.get('since');
  if (!text) return null;
  const since = new Date(text);
  if (Number.isNaN(since.getTime())) throw new HttpRefusal(400, 'bad_since');
  return since;
}

function renderList(to: string, mails: Mail[]): string {
  const rows = mails.map(
    (mail) => html`<tr><td>${formatInstant(mail.receivedAt)}</td><td>${mail.to.join(', ')}</td>
      <td><a href="/mailbox/${mail.id}">${mail.subject || '(no subject)'}</a></td>
      <td class="number">${mail.attachments.length || null}</td></tr>`,
  );
  const empty = to ? html`<p>No mail to “${to}”.</p>` : html`<p>No mail yet.</p>`;
  return renderPage(
    'Mailbox',
    html`<p>Every mail sent from this machine lands here and goes no further. The newest 2,000 are kept, the newest 100 are shown.</p>
    <form class="row" action="/mailbox"><label>To <input name="to" value="${to}" placeholder="address or part of it" autocomplete="off"></label>
      <button class="main">Search</button></form>
    <section>${
      mails.length === 0
        ? empty
        : html`<div class="scroll"><table><thead><tr><th>Received</th><th>To</th><th>Subject</th><th class="number">Files</th></tr></thead>
          <tbody>${rows}</tbody></table></div>`
    }</section>
    <form method="post" action="/mailbox"><button>Empty the mailbox</button></form>`,
  );
}

function renderMail(mail: Mail): string {
  return renderPage(
    mail.subject || '(no subject)',
    html`<p class="soft">From ${mail.from || '(nobody)'} to ${mail.to.join(', ')}, ${formatInstant(mail.receivedAt)}.
      <a href="/mailbox/${mail.id}/raw">Raw mail</a></p>
    ${mail.attachments.length > 0 ? html`<p>Attached: ${mail.attachments.map((a) => html`<code>${a.filename}</code> <small>${a.mimeType}, ${a.sizeBytes} bytes</small> `)}</p>` : null}
    ${mail.html ? html`<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mailbox/${mail.id}/html"></iframe>` : null}
    ${mail.text ? html`<section><pre>${mail.text}</pre></section>` : null}
    <p><a href="/mailbox">All mail</a></p>`,
  );
}
