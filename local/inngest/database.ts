import postgres from 'postgres';
import { newId } from './event.ts';

export type Sql = postgres.Sql;
export type AnySql = postgres.Sql | postgres.TransactionSql;

// JSON lives in text columns, in canonical form: it is spliced into calls as it is, never searched by Postgres, and may
// hold \u0000, which jsonb refuses. No foreign keys: each would lock the run's row for every step written.
const VERSIONS = [
  // Nobody has the versions before this one.
  ...['', '', ''],
  `
create table apps (
  id text primary key, url text not null, checksum text not null, synced_at timestamptz not null default now());
create table functions (
  id text primary key, app_id text not null, config text not null, active boolean not null default true);
create table events (
  id text primary key, name text not null, payload text not null, received_at timestamptz not null default now());
create index events_received on events (received_at);
create table runs (
  id text primary key, function_id text not null, event_ids text[] not null,
  status text not null default 'running', output text, error text,
  parent_run_id text, parent_step_id text,
  started_at timestamptz not null default now(), ended_at timestamptz,
  singleton text, called_at timestamptz, replayed_by text);
create index runs_open on runs (function_id) where ended_at is null;
create index runs_ended on runs (ended_at) where ended_at is not null;
create index runs_singleton on runs (singleton) where singleton is not null and ended_at is null;
create index runs_failed on runs (id) where status = 'failed';
create table steps (
  run_id text not null, id text not null, position bigint generated always as identity,
  op text not null, name text not null, memo text not null, ended_at timestamptz not null default now(),
  began_at timestamptz, primary key (run_id, id));
create table queue (
  id text primary key, kind text not null, function_id text not null, run_id text, step_id text not null, name text not null,
  attempt int not null default 0, generation int not null default 1, version int not null default -1,
  plan_only boolean not null default false, race boolean not null default false,
  due_at timestamptz not null, locked_by int, keys text[], limits int[],
  event_name text, expression text, error text,
  priority int not null default 0, throttle text, request text, events text[], at timestamptz);
create index queue_free on queue (due_at, id) where locked_by is null and (keys is null or kind <> 'call');
create index queue_keyed on queue (due_at) where locked_by is null and keys is not null and kind = 'call';
create index queue_locked on queue (locked_by) where locked_by is not null;
create index queue_run on queue (run_id);
create unique index queue_step on queue (run_id, step_id) where step_id <> 'step';
create index queue_event on queue (event_name) where event_name is not null;
create table deduplications (
  function_id text not null, key text not null, run_id text not null, expires_at timestamptz not null,
  primary key (function_id, key));
create index deduplications_expiry on deduplications (expires_at);
create table rates (key text primary key, tat double precision not null, free_at double precision not null);`,
  // What waits is found by what it waits for, and what would cancel a run waits in the queue as well.
  `
alter table queue add awaited text;
drop index queue_event;
create index queue_event on queue (event_name, coalesce(awaited, '')) where event_name is not null;
insert into queue (id, kind, function_id, run_id, step_id, name, due_at, event_name, expression)
select r.id || n, 'cancel', f.id, r.id, 'cancel ' || n, '', now() + interval '1 year', c ->> 'event', c ->> 'if'
from runs r join functions f on f.id = r.function_id and r.ended_at is null,
  json_array_elements(f.config::json -> 'cancel') with ordinality as entries (c, n);`,
];

/** JSON as a parameter. Postgres's text takes neither U+0000 nor half a surrogate pair; what is JSON inside stays as it is. */
export function jsonParam(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u')
    ? text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\ufffd')
    : text;
}

export function rowsOf(sql: AnySql, table: string, rows: object[]) {
  return sql`json_populate_recordset(null::${sql(table)}, ${jsonParam(rows)}::text::json)`;
}

/** A pool whose unqualified names mean the runner's own schema. */
export function connect(databaseUrl: string, schema: string, max: number, onLost?: () => void): Sql {
  return postgres(databaseUrl, {
    // The driver's own waits grow to 20 s; a restarted database is back sooner.
    backoff: () => 0.3,
    max,
    max_lifetime: 0,
    onnotice: () => {},
    onclose: onLost,
    connection: {
      application_name: 'inngest-runner',
      search_path: schema,
      // A statement is planned once for each connection, and not for the empty tables of the first minute.
      plan_cache_mode: 'force_generic_plan',
      enable_seqscan: 'off',
      // A machine that loses power must not keep its presence lock for two hours.
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_keepalives_count: 3,
    } as Record<string, string | number>,
  });
}

/** Creates or migrates the schema; runners that start together take turns. */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw new Error(`not a schema name: ${schema}`);
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${`${schema} migrate`}))`;
    const [found] = await tx`select to_regnamespace(${schema}) is null as missing`;
    if (found?.missing) await tx.unsafe(`create schema ${schema}`);
    await tx`create table if not exists meta (version int not null)`;
    const [{ version } = { version: 0 }] = await tx`select version from meta`;
    if (version > VERSIONS.length)
      throw new Error(`schema ${schema} has version ${version}, this runner knows ${VERSIONS.length}`);
    for (const statements of VERSIONS.slice(version)) await tx.unsafe(statements);
    await tx`delete from meta`;
    await tx`insert into meta values (${VERSIONS.length})`;
  });
}

/** A row of the queue: something that a run waits for, a schedule's next tick, or events held back. An open run has one. */
export type Job = {
  id: string;
  kind: keyof typeof OPS | 'call' | 'timeout' | 'cancel' | 'cron' | 'debounce' | 'batch';
  function_id: string;
  run_id: string;
  /** `step` for a call of the whole function, else the hashed id of the one step. */
  step_id: string;
  name: string;
  plan_only: boolean;
  race: boolean;
  due_at: Date;
  /** A schedule's tick without jitter; until when a debounce may be put off; the deadline of a finish. */
  at?: Date | null;
  locked_by: number | null;
  /** Concurrency keys with their limits; not null means that the claim must ask first. */
  keys: string[] | null;
  limits?: number[] | null;
  /** The events held back. */
  events?: string[] | null;
  /** The events of a run's first call, when they are known without reading. Not stored. */
  fresh?: string[] | null;
  // A higher generation takes a row over: an answer or checkpoint of an older one is refused.
} & Record<'attempt' | 'generation' | 'version' | 'priority', number> &
  Partial<Record<'throttle' | 'event_name' | 'expression' | 'awaited' | 'request' | 'error', string | null>>;

/** The kinds of rows that are an open step, and what the SDK calls them. */
export const OPS = {
  ...{
    sleep: 'Sleep',
    wait: 'WaitForEvent',
    signal: 'WaitForSignal',
    invoke: 'InvokeFunction',
    fetch: 'Gateway',
  },
} as const;

type Like = Pick<Job, 'function_id' | 'run_id'> & Partial<Job>;

export function createJob(like: Like, fields: Partial<Job> = {}): Job {
  const { function_id, run_id, version = -1, limits, priority = 0 } = like;
  // A start that only had to pass its throttle is as free as any other afterwards.
  const keys = like.keys?.length || priority ? (like.keys ?? []) : null;
  const start = { id: newId(), kind: 'call' as const, step_id: 'step', name: '', attempt: 0, generation: 1 };
  const free = { version, plan_only: false, race: false, due_at: new Date(), locked_by: null };
  return { ...start, ...free, function_id, run_id, keys, limits, priority, ...fields };
}

/** Inserts rows that are not there yet and whose step has no result yet; gives the ids of those inserted. */
export async function insertJobs(sql: AnySql, jobs: Job[]): Promise<Set<string>> {
  if (jobs.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    insert into queue select * from ${rowsOf(sql, 'queue', jobs)} as x
    where not exists (select from steps s where s.run_id = x.run_id and s.id = x.step_id)
    on conflict (run_id, step_id) where step_id <> 'step' do nothing returning id`;
  return new Set(rows.map((row) => row.id));
}
