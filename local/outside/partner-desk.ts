import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { type Exchange, HttpRefusal, parseObject, readBody, sendJson, sendText } from './http.ts';
import { type Partner, readKnobs, spend } from './knobs.ts';
import {
  describeOperation,
  findOperation,
  KINDS,
  kindAt,
  listOperations,
  performOnce,
} from './operations.ts';
import { refuseSignature } from './signature.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * A partner's counter: checks who asks, lets the knobs do their mischief, and answers. Only POSTs that were
 * signed well are hit by the counted misfortunes; asking what became of a key is always answered.
 */
export async function servePartner(
  { request, response, url }: Exchange,
  partner: Partner,
  world: { sql: Sql; secrets: Record<Partner, string>; closing: AbortSignal; wake: () => void },
): Promise<void> {
  const { sql, closing } = world;
  const kind = kindAt(partner, url.pathname.slice(`/${partner}/`.length));
  if (!kind) throw new HttpRefusal(404, 'no_such_resource');
  if (request.method !== 'POST' && request.method !== 'GET') throw new HttpRefusal(405, 'method_not_allowed');

  const rawBody = request.method === 'POST' ? await readBody(request) : '';
  const refused = refuseSignature(
    world.secrets[partner],
    {
      timestamp: headerOf(request.headers['x-mcf-timestamp']),
      signature: headerOf(request.headers['x-mcf-signature']),
      text: request.method === 'POST' ? rawBody : (request.url ?? ''),
    },
    Date.now(),
  );
  if (refused) throw new HttpRefusal(401, refused);

  const knobs = await readKnobs(sql, partner);
  const beSlow = () => pause(knobs.delayMs, undefined, { signal: closing }).catch(() => {});

  if (request.method === 'GET') {
    if (url.searchParams.has('from')) {
      const page = await listOperations(sql, kind, url.searchParams);
      await beSlow();
      sendJson(response, 200, page);
      return;
    }
    const key = url.searchParams.get('idempotencyKey');
    if (!key) throw new HttpRefusal(400, 'idempotency_key_missing');
    const operation = await findOperation(sql, partner, key);
    await beSlow();
    if (operation?.kind !== kind) throw new HttpRefusal(404, 'never_heard_of_it');
    sendJson(response, 200, describeOperation(operation));
    return;
  }

  const key = headerOf(request.headers['idempotency-key']);
  if (!key || key.length > 200) throw new HttpRefusal(400, 'idempotency_key_missing');
  const body = parseObject(rawBody);
  if (knobs.errorNext > 0 && (await spend(sql, partner, 'errorNext'))) {
    throw new HttpRefusal(500, 'internal_error');
  }
  if (knobs.hangBefore > 0 && (await spend(sql, partner, 'hangBefore'))) return;
  const isNew = knobs.refuseNext > 0 && KINDS[kind].registers && !(await findOperation(sql, partner, key));
  if (isNew && (await spend(sql, partner, 'refuseNext'))) throw new HttpRefusal(400, 'not_accepted');
  const silent = knobs.hangAfter > 0 && (await spend(sql, partner, 'hangAfter'));
  const answer = await performOnce(sql, kind, key, body, rawBody);
  world.wake();
  if (silent) return;
  await beSlow();
  sendText(response, 200, JSON_TYPE, answer);
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
