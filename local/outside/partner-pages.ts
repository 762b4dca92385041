import { once } from 'node:events';
import type { Sql } from 'postgres';
import {
  type Exchange,
  HttpRefusal,
  parseObject,
  readBody,
  readForm,
  redirectTo,
  sendJson,
  sendPage,
} from './http.ts';
import { isPartner, type Knobs, PARTNERS, type Partner, readKnobs, resetKnobs, turnKnobs } from './knobs.ts';
import { describeOperation, type Operation } from './operations.ts';
import { formatInstant, type Html, html, renderPage } from './page.ts';

const SHOWN_OPERATIONS = 100;

const TITLES: Record<Partner, string> = {
  gateway: 'Payment gateway',
  'golden-hat': 'Golden Hat transfers',
  cookies: 'Fur-tune cookies',
};

/** What each knob does, in the order of the form. */
const KNOB_LABELS: Array<{ name: keyof Knobs; label: string; step?: string }> = [
  { name: 'delayMs', label: 'Answer after, ms' },
  { name: 'processMs', label: 'Pending for, ms' },
  { name: 'bakeSeconds', label: 'Baking time, s', step: 'any' },
  { name: 'failNext', label: 'Fail the next' },
  { name: 'failRate', label: 'Fail rate, 0 to 1', step: 'any' },
  { name: 'refuseNext', label: 'Refuse the next ways to pay' },
  { name: 'returnNext', label: 'Return the next, after success' },
  { name: 'returnAfterMs', label: 'Returned after, ms' },
  { name: 'errorNext', label: 'HTTP 500 for the next' },
  { name: 'hangBefore', label: 'Hang, no effect, next' },
  { name: 'hangAfter', label: 'Hang after effect, next' },
  { name: 'webhookDelayMs', label: 'Webhook late by, ms' },
  { name: 'doubleWebhook', label: 'Webhook twice' },
  { name: 'outOfOrder', label: 'Webhooks out of order' },
];

type Shown = Operation & { webhooks: string | null };

/** Knobs as JSON (GET, PUT, DELETE to reset) and as the form of the front page (POST). */
export async function serveKnobs({ request, response, url }: Exchange, sql: Sql): Promise<void> {
  const partner = partnerAt(url, '/knobs/');
  if (request.method === 'GET') sendJson(response, 200, await readKnobs(sql, partner));
  else if (request.method === 'DELETE') sendJson(response, 200, await resetKnobs(sql, partner));
  else if (request.method === 'PUT') {
    sendJson(response, 200, await turnKnobs(sql, partner, parseObject(await readBody(request))));
  } else if (request.method === 'POST') {
    const form = await readForm(request);
    if (form.reset) await resetKnobs(sql, partner);
    else await turnKnobs(sql, partner, knobsFromForm(form));
    redirectTo(response, `/#${partner}`);
  } else throw new HttpRefusal(405, 'method_not_allowed');
}

/** Every operation a partner ever did, oldest first, streamed: what its books say, for reconciliation. */
export async function serveExport({ response, url }: Exchange, sql: Sql): Promise<void> {
  const partner = partnerAt(url, '/export/');
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.write(`{"partner":"${partner}","operations":[`);
  let separator = '';
  const rows = sql<Operation[]>`
    select *, amount_cents::text from outside.operations where partner = ${partner} order by seq`;
  for await (const page of rows.cursor(500)) {
    if (response.destroyed) return;
    for (const operation of page) {
      const line = {
        kind: operation.kind,
        ...describeOperation(operation),
        createdAt: operation.created_at,
        settledAt: operation.settled_at,
      };
      if (!response.write(separator + JSON.stringify(line)) && !response.destroyed) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      separator = ',';
    }
  }
  response.end(']}');
}

/** The front page: where everything is, how each partner behaves, and what it did last. */
export async function serveFrontPage(
  { response }: Exchange,
  sql: Sql,
  world: { origin: string; smtpPort: number; appUrl: string; more?: Html },
): Promise<void> {
  const sections = await Promise.all(PARTNERS.map((partner) => renderPartner(sql, partner)));
  sendPage(
    response,
    renderPage(
      'The outside world on this machine',
      html`<p>Everybody whom <a href="${world.appUrl}">Make Cats Free</a> talks to, in one process: the company’s
      <a href="/sso/testers">single sign-on and testers</a> (issuer <code>${world.origin}/sso</code>), its directory
      (<code>${world.origin}/directory</code>), a <a href="/mailbox">mailbox</a> (SMTP on port ${world.smtpPort}), and three
      partners who can be told to misbehave.</p>${sections}${world.more}`,
    ),
  );
}

async function renderPartner(sql: Sql, partner: Partner) {
  const knobs = await readKnobs(sql, partner);
  const operations = await sql<Shown[]>`
    select o.*, o.amount_cents::text,
      (select string_agg(case when w.delivered_at is null
          then 'waiting (' || w.attempts || ' tried' || coalesce(', ' || w.last_answer, '') || ')'
          else 'taken' end, '; ' order by w.seq)
       from outside.webhooks w where w.operation_id = o.id) as webhooks
    from outside.operations o where o.partner = ${partner} order by o.seq desc limit ${SHOWN_OPERATIONS}`;
  const shownKnobs = KNOB_LABELS.filter(
    ({ name }) =>
      name !== (partner === 'cookies' ? 'processMs' : 'bakeSeconds') &&
      (partner === 'golden-hat' || !name.startsWith('return')),
  );
  const fields = shownKnobs.map(({ name, label, step }) => {
    const value = knobs[name];
    return typeof value === 'boolean'
      ? html`<label class="tick"><input type="checkbox" name="${name}" ${value ? { html: 'checked' } : null}> ${label}</label>`
      : html`<label>${label} <input type="number" name="${name}" value="${value}" min="0" step="${step ?? '1'}" required></label>`;
  });
  const rows = operations.map(
    (operation) => html`<tr><td>${formatInstant(operation.created_at)}</td><td>${operation.kind}</td>
      <td class="${operation.status}">${operation.status}${operation.status === 'failed' || operation.status === 'returned' ? ` (${operation.outcome_code})` : null}</td>
      <td class="number">${operation.amount_cents}</td><td>${operation.reference}</td>
      <td class="mono">${operation.idempotency_key}</td><td>${operation.webhooks}</td></tr>`,
  );
  return html`<section id="${partner}"><h2>${TITLES[partner]}</h2>
    <p class="soft"><code>/${partner}</code> · <a href="/export/${partner}">all operations as JSON</a></p>
    <form class="row" method="post" action="/knobs/${partner}">${fields}
      <button class="main">Set</button><button name="reset" value="1" formnovalidate>Behave</button></form>
    <details><summary>Last operations (${operations.length})</summary>${
      operations.length === 0
        ? html`<p>Nothing asked yet.</p>`
        : html`<div class="scroll"><table><thead><tr><th>At</th><th>What</th><th>Status</th><th class="number">Minor units</th>
          <th>Reference</th><th>Key</th><th>Webhook</th></tr></thead><tbody>${rows}</tbody></table></div>`
    }</details></section>`;
}

function partnerAt(url: URL, prefix: string): Partner {
  const name = url.pathname.slice(prefix.length);
  if (!isPartner(name)) throw new HttpRefusal(404, 'no_such_partner');
  return name;
}

/** A browser leaves unticked boxes out: a form without them means "no". */
function knobsFromForm(form: Record<string, string>): Record<string, unknown> {
  const numbers = KNOB_LABELS.filter(({ name }) => form[name] !== undefined).map(({ name }) => [
    name,
    Number(form[name]),
  ]);
  return {
    ...Object.fromEntries(numbers),
    doubleWebhook: form.doubleWebhook === 'on',
    outOfOrder: form.outOfOrder === 'on',
  };
}
