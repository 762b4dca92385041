import type { Sql } from 'postgres';
import { ulid } from 'ulid';
import type { Db } from './create-schema.ts';
import type { Knobs, Partner } from './knobs.ts';
import { sign } from './signature.ts';

const AT_ONCE = 8;
const ATTEMPT_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const SWAP_WAIT_MS = 5_000;

type DueWebhook = { seq: string; partner: Partner; body: string; attempts: number };

/**
 * Stores the webhook about a settled operation, in the transaction that settles it: it will be sent until it is
 * taken, whatever happens to this process. The knobs decide how badly it is sent.
 */
export async function announce(
  tx: Db,
  partner: Partner,
  operationId: string,
  type: string,
  data: Record<string, unknown>,
  knobs: Knobs,
): Promise<void> {
  const deliveryId = `dl_${ulid().toLowerCase()}`;
  const body = JSON.stringify({
    deliveryId,
    type,
    data,
    sentAt: new Date().toISOString(),
  });
  let swap = false;
  let waitMs = knobs.webhookDelayMs;
  if (knobs.outOfOrder) {
    // Two neighbours change places: the first waits for the second, but not for ever.
    const overtaken = await tx`
      update outside.webhooks
      set swap = false, next_attempt_at = clock_timestamp() + ${waitMs + 300} * interval '1 millisecond'
      where partner = ${partner} and swap and delivered_at is null and attempts = 0 returning 1`;
    swap = overtaken.length === 0;
    if (swap) waitMs += SWAP_WAIT_MS;
  }
  for (let copy = 0; copy < (knobs.doubleWebhook ? 2 : 1); copy++) {
    await tx`
      insert into outside.webhooks (delivery_id, partner, operation_id, body, swap, next_attempt_at)
      values (${deliveryId}, ${partner}, ${operationId}, ${body}, ${swap},
              clock_timestamp() + ${waitMs} * interval '1 millisecond')`;
  }
}

/**
 * Sends the webhooks that are due, several at once, and notes how each went. A refused or unanswered one is due
 * again after a growing pause, up to 30 s, for ever. Returns how many were tried.
 */
export async function deliverDue(
  sql: Sql,
  options: { appUrl: string; secrets: Record<Partner, string>; closing: AbortSignal },
): Promise<number> {
  const due = await sql<DueWebhook[]>`
    select seq, partner, body, attempts from outside.webhooks
    where delivered_at is null and next_attempt_at <= clock_timestamp()
    order by next_attempt_at, seq limit ${AT_ONCE}`;
  await Promise.all(due.map((webhook) => deliver(sql, webhook, options)));
  return due.length;
}

async function deliver(
  sql: Sql,
  webhook: DueWebhook,
  options: { appUrl: string; secrets: Record<Partner, string>; closing: AbortSignal },
): Promise<void> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  let taken = false;
  let answer: string;
  try {
    const response = await fetch(`${options.appUrl}/api/partners/${webhook.partner}/webhook`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'x-partner-timestamp': timestamp,
        'x-partner-signature': sign(options.secrets[webhook.partner], timestamp, webhook.body),
      },
      body: webhook.body,
      signal: AbortSignal.any([options.closing, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    taken = response.ok;
    answer = String(response.status);
  } catch (error) {
    if (options.closing.aborted) return;
    answer = describeSilence(error);
  }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(webhook.attempts, 16), LONGEST_PAUSE_MS);
  await sql`
    update outside.webhooks
    set attempts = attempts + 1, last_answer = ${answer.slice(0, 200)},
        delivered_at = case when ${taken} then clock_timestamp() end,
        next_attempt_at = clock_timestamp() + ${pauseMs} * interval '1 millisecond'
    where seq = ${webhook.seq} and delivered_at is null`;
}

/** Milliseconds until the next webhook is due; null when none is waiting. */
export async function untilNextDelivery(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ wait_ms: number | null }[]>`
    select (extract(epoch from min(next_attempt_at) - clock_timestamp()) * 1000)::float8 as wait_ms
    from outside.webhooks where delivered_at is null`;
  return row?.wait_ms ?? null;
}

/** Why there was no answer, as short as the network says it: ECONNREFUSED, TimeoutError. */
function describeSilence(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  return typeof cause === 'object' && cause && 'code' in cause ? String(cause.code) : error.name;
}
