import { createHash } from 'node:crypto';
import type { Sql } from 'postgres';
import { ulid } from 'ulid';
import { z } from 'zod';
import type { Db } from './create-schema.ts';
import { fractionFrom } from './fraction-from.ts';
import { HttpRefusal } from './http.ts';
import { type Knobs, type Partner, readKnobs, spend } from './knobs.ts';
import { predictFor } from './predictions.ts';
import { announce } from './webhooks.ts';

const text = z.string().trim().min(1).max(500);
const amountCents = z.string().regex(/^[1-9]\d{0,17}$/, 'a positive number of minor units, as a string');

/** What a partner is asked to do, in the partner's own words; `instrument` is what money moves through. */
type Request = {
  reference: string;
  amountCents: string | null;
  instrument: string | null;
  label: string | null;
};
type Kind = {
  partner: Partner;
  path: string;
  prefix: string;
  /** Registrations are answered at once and cannot fail; the others settle later. */
  registers: boolean;
  parse: (body: unknown) => Request;
};

export const KINDS = {
  charge: {
    partner: 'gateway',
    path: 'charges',
    prefix: 'ch',
    registers: false,
    parse: (body) => {
      const charge = z.object({ amountCents, methodToken: text, reference: text }).parse(body);
      return { ...charge, instrument: charge.methodToken, label: null };
    },
  },
  method: {
    partner: 'gateway',
    path: 'methods',
    prefix: 'pm',
    registers: true,
    parse: (body) => {
      const method = z
        .object({ clientReference: text, kind: z.enum(['card', 'payroll']), label: text })
        .parse(body);
      return {
        reference: method.clientReference,
        amountCents: null,
        instrument: `tok_${method.kind}_${ulid().toLowerCase()}`,
        label: method.label,
      };
    },
  },
  refund: {
    partner: 'gateway',
    path: 'refunds',
    prefix: 're',
    registers: false,
    parse: (body) => {
      const refund = z.object({ amountCents, chargeKey: text, reference: text }).parse(body);
      return { ...refund, instrument: refund.chargeKey, label: null };
    },
  },
  transfer: {
    partner: 'golden-hat',
    path: 'transfers',
    prefix: 'tr',
    registers: false,
    parse: (body) => {
      const transfer = z.object({ amountCents, account: text, reference: text }).parse(body);
      return { ...transfer, instrument: transfer.account, label: null };
    },
  },
  account: {
    partner: 'golden-hat',
    path: 'accounts',
    prefix: 'ac',
    registers: true,
    parse: (body) => {
      const account = z.object({ workerReference: text, name: text }).parse(body);
      return {
        reference: account.workerReference,
        amountCents: null,
        instrument: `GH-${ulid()}`,
        label: account.name,
      };
    },
  },
  order: {
    partner: 'cookies',
    path: 'orders',
    prefix: 'ck',
    registers: false,
    parse: (body) => {
      const order = z
        .object({ reference: text, clientName: text, clientNote: z.string().max(5_000).nullish() })
        .parse(body);
      return { reference: order.reference, amountCents: null, instrument: null, label: order.clientName };
    },
  },
} satisfies Record<string, Kind>;
export type KindName = keyof typeof KINDS;

export type Operation = {
  id: string;
  partner: Partner;
  kind: KindName;
  idempotency_key: string;
  request_hash: string;
  amount_cents: string | null;
  instrument: string | null;
  label: string | null;
  reference: string;
  status: 'pending' | 'succeeded' | 'failed' | 'returned';
  outcome: 'succeeded' | 'failed';
  outcome_code: string | null;
  first_answer: string;
  created_at: Date;
  settle_at: Date;
  settled_at: Date | null;
  /** When a transfer that has arrived will come back. */
  return_at: Date | null;
};

const FAILURES: Record<Partner, readonly [string, ...string[]]> = {
  gateway: ['insufficient_funds', 'method_declined', 'method_expired'],
  'golden-hat': ['account_closed', 'account_name_mismatch', 'hat_is_full'],
  cookies: ['burnt', 'eaten_by_the_baker', 'out_of_fur'],
};

export function kindAt(partner: Partner, path: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find(
    (name) => KINDS[name].partner === partner && KINDS[name].path === path,
  );
}

/** Everything a partner says about an operation, as it stands now. */
export function describeOperation(operation: Operation): Record<string, unknown> {
  const { kind, status, instrument } = operation;
  return {
    id: operation.id,
    idempotencyKey: operation.idempotency_key,
    status,
    ...(status === 'failed' || status === 'returned' ? { failureCode: operation.outcome_code } : {}),
    reference: operation.reference,
    ...(operation.amount_cents === null ? {} : { amountCents: operation.amount_cents }),
    ...(kind === 'charge' ? { methodToken: instrument } : {}),
    ...(kind === 'refund' ? { chargeKey: instrument } : {}),
    ...(kind === 'method' ? { token: instrument, label: operation.label } : {}),
    ...(kind === 'transfer' || kind === 'account' ? { account: instrument } : {}),
    ...(kind === 'account' ? { name: operation.label } : {}),
    ...(kind === 'order' ? { etaAt: operation.settle_at.toISOString() } : {}),
    ...(kind === 'order' && status === 'succeeded'
      ? { readyAt: operation.settled_at?.toISOString(), prediction: predictFor(operation.idempotency_key) }
      : {}),
  };
}

/**
 * Does what was asked, once per key. How it will end is decided and stored together with the operation, so that
 * a crash cannot change it. The same key with the same body gets the first answer again, to the letter; with
 * another body it is refused (422).
 */
export async function performOnce(
  sql: Sql,
  kind: KindName,
  idempotencyKey: string,
  body: Record<string, unknown>,
  rawBody: string,
): Promise<string> {
  const { partner, prefix, registers, parse } = KINDS[kind];
  const requestHash = createHash('sha256').update(`${kind}\n${rawBody}`).digest('hex');
  const repeated = await findOperation(sql, partner, idempotencyKey);
  if (repeated) return repeatAnswer(repeated, requestHash);

  const request = parseRequest(parse, body);
  return sql.begin(async (tx) => {
    const knobs = await readKnobs(tx, partner);
    const delayMs = registers ? 0 : settleAfterMs(kind, knobs);
    const [operation] = await tx<Operation[]>`
      insert into outside.operations
        (id, partner, kind, idempotency_key, request_hash, amount_cents, instrument, label, reference, status, outcome,
         first_answer, settle_at)
      values
        (${`${prefix}_${ulid().toLowerCase()}`}, ${partner}, ${kind}, ${idempotencyKey}, ${requestHash},
         ${request.amountCents}, ${request.instrument}, ${request.label}, ${request.reference}, 'pending', 'succeeded',
         '', clock_timestamp() + ${delayMs} * interval '1 millisecond')
      on conflict (partner, idempotency_key) do nothing
      returning *, amount_cents::text`;
    if (!operation) {
      // Two requests with one key at once: the other one came first, and its answer is visible by now.
      const first = await findOperation(tx, partner, idempotencyKey);
      if (!first) throw new HttpRefusal(409, 'try_again');
      return repeatAnswer(first, requestHash);
    }

    const failureCode = registers ? null : await decideFailure(tx, operation, knobs);
    const settledNow = registers || delayMs === 0;
    operation.outcome = failureCode === null ? 'succeeded' : 'failed';
    operation.outcome_code = failureCode;
    if (settledNow) {
      operation.status = operation.outcome;
      operation.settled_at = operation.created_at;
    }
    if (kind === 'transfer' && failureCode === null && (await spend(tx, partner, 'returnNext')))
      await tx`
        update outside.operations
        set return_at = settle_at + ${knobs.returnAfterMs} * interval '1 millisecond' where id = ${operation.id}`;
    operation.first_answer = JSON.stringify(describeOperation(operation));
    await tx`
      update outside.operations
      set status = ${operation.status}, outcome = ${operation.outcome}, outcome_code = ${operation.outcome_code},
          settled_at = ${operation.settled_at}, first_answer = ${operation.first_answer}
      where id = ${operation.id}`;
    if (settledNow && !registers) await announceOutcome(tx, operation, knobs);
    return operation.first_answer;
  });
}

export async function findOperation(
  sql: Db,
  partner: Partner,
  idempotencyKey: string,
): Promise<Operation | undefined> {
  const [operation] = await sql<Operation[]>`
    select *, amount_cents::text from outside.operations
    where partner = ${partner} and idempotency_key = ${idempotencyKey}`;
  return operation;
}

const listQuery = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .default('0'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** What ended from one instant to another (a transfer that came back: when it did), as it stands now: a page behind `after`. */
export async function listOperations(
  sql: Sql,
  kind: KindName,
  params: URLSearchParams,
): Promise<{ operations: Record<string, unknown>[]; next: string | null }> {
  const query = listQuery.safeParse(Object.fromEntries(params));
  if (!query.success) throw new HttpRefusal(400, `bad_request: ${z.prettifyError(query.error)}`);
  const { from, to, after, limit } = query.data;
  const rows = await sql<(Operation & { seq: string })[]>`
    select *, amount_cents::text, seq::text from outside.operations
    where partner = ${KINDS[kind].partner} and kind = ${kind} and settled_at >= ${from} and settled_at < ${to}
      and seq > ${after}
    order by outside.operations.seq limit ${limit}`;
  return {
    operations: rows.map((row) => ({ ...describeOperation(row), settledAt: row.settled_at!.toISOString() })),
    next: rows.length === limit ? rows.at(-1)!.seq : null,
  };
}

/** Ends the operations whose time has come, each together with its webhook. Returns how many. */
export async function settleDue(sql: Sql): Promise<number> {
  return sql.begin(async (tx) => {
    const settled = await tx<Operation[]>`
      update outside.operations set status = outcome, settled_at = clock_timestamp()
      where id in (
        select id from outside.operations where status = 'pending' and settle_at <= clock_timestamp()
        order by settle_at limit 100 for update skip locked)
      returning *, amount_cents::text`;
    settled.sort((a, b) => a.settle_at.getTime() - b.settle_at.getTime());
    for (const operation of settled) {
      await announceOutcome(tx, operation, await readKnobs(tx, operation.partner));
    }
    return settled.length;
  });
}

/** Milliseconds until the next operation ends; null when none is pending. */
export async function untilNextSettlement(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ wait_ms: number | null }[]>`
    select (extract(epoch from min(settle_at) - clock_timestamp()) * 1000)::float8 as wait_ms
    from outside.operations where status = 'pending'`;
  return row?.wait_ms ?? null;
}

/** Sends back the transfers whose time has come, each together with its webhook. Returns how many. */
export async function returnDue(sql: Sql): Promise<number> {
  return sql.begin(async (tx) => {
    const returned = await tx<Operation[]>`
      update outside.operations
      set status = 'returned', outcome_code = 'account_closed', settled_at = clock_timestamp()
      where id in (
        select id from outside.operations
        where status = 'succeeded' and return_at is not null and return_at <= clock_timestamp()
        order by return_at limit 100 for update skip locked)
      returning *, amount_cents::text`;
    for (const operation of returned)
      await announceOutcome(tx, operation, await readKnobs(tx, operation.partner));
    return returned.length;
  });
}

/** Milliseconds until the next transfer comes back; null when none will. */
export async function untilNextReturn(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ wait_ms: number | null }[]>`
    select (extract(epoch from min(return_at) - clock_timestamp()) * 1000)::float8 as wait_ms
    from outside.operations where status = 'succeeded' and return_at is not null`;
  return row?.wait_ms ?? null;
}

async function announceOutcome(tx: Db, operation: Operation, knobs: Knobs): Promise<void> {
  const succeeded = operation.status === 'succeeded';
  const type = {
    charge: succeeded ? 'charge.succeeded' : 'charge.failed',
    refund: succeeded ? 'refund.succeeded' : 'refund.failed',
    transfer: succeeded
      ? 'transfer.confirmed'
      : operation.status === 'returned'
        ? 'transfer.returned'
        : 'transfer.failed',
    order: succeeded ? 'cookie.ready' : 'cookie.failed',
    method: 'method.registered',
    account: 'account.opened',
  }[operation.kind];
  await announce(tx, operation.partner, operation.id, type, describeOperation(operation), knobs);
}

function repeatAnswer(first: Operation, requestHash: string): string {
  if (first.request_hash !== requestHash) throw new HttpRefusal(422, 'idempotency_key_reused');
  return first.first_answer;
}

function parseRequest(parse: Kind['parse'], body: unknown): Request {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof z.ZodError) throw new HttpRefusal(400, `bad_request: ${z.prettifyError(error)}`);
    throw error;
  }
}

function settleAfterMs(kind: KindName, knobs: Knobs): number {
  return kind === 'order' ? Math.round(knobs.bakeSeconds * 1000) : knobs.processMs;
}

/** The code an operation will fail with, or null. Chance depends on the key alone, so that it can be replayed. */
async function decideFailure(sql: Db, operation: Operation, knobs: Knobs): Promise<string | null> {
  const { partner, idempotency_key: key } = operation;
  const unusable =
    operation.kind === 'refund' ? await refuseRefund(sql, operation) : await refuseInstrument(sql, operation);
  if (unusable) return unusable;
  const unlucky = fractionFrom(`fail:${key}`) < knobs.failRate;
  if (!unlucky && !(knobs.failNext > 0 && (await spend(sql, partner, 'failNext')))) return null;
  const codes = FAILURES[partner];
  return codes[Math.floor(fractionFrom(`code:${key}`) * codes.length)] ?? codes[0];
}

/** Only what a charge has taken goes back, and all its refunds together are no more than that. */
async function refuseRefund(sql: Db, { instrument, amount_cents, id }: Operation): Promise<string | null> {
  // Two refunds of one charge take turns.
  const [charge] = await sql<Operation[]>`
    select *, amount_cents::text from outside.operations
    where partner = 'gateway' and kind = 'charge' and idempotency_key = ${instrument} for update`;
  if (!charge) return 'unknown_charge';
  if (charge.status !== 'succeeded') return 'charge_not_settled';
  if (charge.instrument?.includes('closed')) return 'method_closed';
  const [given] = await sql<{ total: string }[]>`
    select coalesce(sum(amount_cents), 0)::text as total from outside.operations
    where partner = 'gateway' and kind = 'refund' and instrument = ${instrument} and id <> ${id} and outcome = 'succeeded'`;
  const left = BigInt(charge.amount_cents ?? 0) - BigInt(given?.total ?? 0);
  return BigInt(amount_cents ?? 0) > left ? 'over_refunded' : null;
}

/**
 * Money moves only through a method or account registered here before, or through a demo one, which needs no
 * registration: `tok_demo_…` and `GH-DEMO-…`. Those with "declined" or "closed" in them always fail.
 */
async function refuseInstrument(sql: Db, operation: Operation): Promise<string | null> {
  const { kind, instrument } = operation;
  if (kind !== 'charge' && kind !== 'transfer') return null;
  const name = instrument ?? '';
  if (kind === 'charge' && name.startsWith('tok_demo_'))
    return name.includes('declined') ? 'method_declined' : null;
  if (kind === 'transfer' && name.startsWith('GH-DEMO-'))
    return name.toLowerCase().includes('closed') ? 'account_closed' : null;
  const [registered] = await sql`
    select 1 from outside.operations
    where partner = ${operation.partner} and kind = ${kind === 'charge' ? 'method' : 'account'}
      and instrument = ${name}`;
  if (registered) return null;
  return kind === 'charge' ? 'unknown_method' : 'unknown_account';
}
