import postgres from 'postgres';

export type Sql = postgres.Sql;
export type AnySql = postgres.Sql | postgres.TransactionSql;

// JSON lives in text columns, in canonical form: it is spliced into calls as it is, never searched by Postgres, and may
// hold \u0000, which jsonb refuses. No foreign keys: each would lock the run's row for every step written.
const FIRST_VERSION = 4;
const VERSIONS = [
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

/** Objects as rows of a table, to select from. */
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
    const [found] = await tx`
      select to_regclass(${`${schema}.meta`}) is not null as ready, to_regnamespace(${schema}) is null as missing`;
    if (found?.missing) await tx.unsafe(`create schema ${schema}`);
    if (!found?.ready) await tx`create table meta (version int not null)`;
    const [{ version } = { version: FIRST_VERSION - 1 }] = await tx`select version from meta`;
    const newest = FIRST_VERSION - 1 + VERSIONS.length;
    if (version > newest || version < FIRST_VERSION - 1)
      throw new Error(
        `schema ${schema} has version ${version}, this runner knows ${FIRST_VERSION} to ${newest}`,
      );
    for (const statements of VERSIONS.slice(version - FIRST_VERSION + 1)) await tx.unsafe(statements);
    if (version !== newest) await tx`delete from meta`;
    if (version !== newest) await tx`insert into meta values (${newest})`;
  });
}
