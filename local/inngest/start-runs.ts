import type { Core } from './core.ts';
import { type AnySql, jsonParam } from './database.ts';
import type { Payload, StoredEvent } from './event.ts';
import { newId } from './event.ts';
import { keyValue, matches } from './expression.ts';
import { type Admitted, admit, hasGates, keyOf, type Start } from './flow.ts';
import type { FunctionConfig } from './function-config.ts';
import { parseInstantMs } from './instant.ts';
import { createJob, type Job } from './job.ts';
import { DEDUPLICATION_MS, MAX_PRIORITY_SECONDS } from './limits.ts';
import { covers } from './registry.ts';
import { endRun, resolveStep } from './run.ts';

/** Starts only this function (cron, invoke), whatever its triggers say. */
export type Only = { fn: FunctionConfig; key?: string; parent?: { runId: string; stepId: string } };

const INSERT = `
with input as (
  select $1::text::json as j where not exists (select from queue where event_name = any($2) and kind = 'wait')),
new_events as (
  insert into events (id, name, payload)
  select id, name, payload from json_populate_recordset(null::events, (select j -> 'events' from input))
  on conflict do nothing returning id),
new_keys as (
  insert into deduplications as d (function_id, key, run_id, expires_at)
  select function_id, key, run_id, expires_at from json_to_recordset((select j -> 'keys' from input))
    as x (function_id text, key text, run_id text, event_id text, expires_at timestamptz)
  where event_id in (select id from new_events)
  on conflict (function_id, key) do update set run_id = excluded.run_id, expires_at = excluded.expires_at
    where d.expires_at < now()
  returning run_id),
new_runs as (
  insert into runs (id, function_id, event_ids, parent_run_id, parent_step_id, singleton)
  select x.id, function_id, event_ids, parent_run_id, parent_step_id, singleton
  from json_to_recordset((select j -> 'runs' from input)) as x (id text, function_id text, event_id text,
    event_ids text[], parent_run_id text, parent_step_id text, singleton text, keys int)
  left join (select run_id, count(*) as n from new_keys group by run_id) k on k.run_id = x.id
  where (event_id is null or event_id in (select id from new_events)) and coalesce(k.n, 0) = x.keys
  returning id),
new_jobs as (
  insert into queue select x.* from json_populate_recordset(null::queue, (select j -> 'jobs' from input)) as x
  join new_runs r on r.id = x.run_id
  returning run_id)
select run_id from new_jobs union all select null where not exists (select from input)`;

/**
 * Takes events in: stores them, starts the runs they trigger, wakes the runs that wait for them and cancels the runs
 * they cancel, all in one commit. An event whose id is already stored does nothing again. Runs nothing itself: the
 * caller hands the returned rows over after its commit.
 */
export async function takeEvents(
  core: Core,
  events: StoredEvent[],
  only?: Only,
  within?: AnySql,
): Promise<Job[]> {
  if (events.length === 0) return [];
  const sql = within ?? core.sql;
  const names = [...new Set(events.map((event) => event.payload.name))];
  const starts = newStarts(core, events, only);
  if (
    !starts.some(({ fn }) => hasGates(fn)) &&
    (only || !names.some((name) => core.registry.cancelledBy(name).length > 0))
  ) {
    const started = await insertRuns(core, sql, events, starts, [], only ? [] : names);
    if (started) return started;
  }
  const [waits, cancelled] = only
    ? [[], []]
    : await Promise.all([findWaits(sql, events, names), findCancelled(core, sql, events, names)]);

  const all = async (tx: AnySql): Promise<Job[]> => {
    const { starts: admitted, held, ready } = await admit(core, tx, starts);
    ready.push(...((await insertRuns(core, tx, events, admitted, held)) ?? []));
    for (const { job, event } of waits)
      ready.push(...(await resolveStep(core, tx, job, 'WaitForEvent', event.text)));
    for (const job of cancelled) ready.push(...(await endRun(core, tx, job, 'cancelled', null)));
    return ready;
  };
  return within ? all(within) : (core.sql.begin(all) as Promise<Job[]>);
}

/**
 * Stores events, starts runs and remembers their keys in one statement. Gives the rows of the runs that did start; does
 * nothing and gives undefined if a run waits for an event of the names `unlessAwaited`.
 */
export async function insertRuns(
  core: Core,
  sql: AnySql,
  events: StoredEvent[],
  starts: Start[],
  held: Admitted['held'],
  unlessAwaited: string[] = [],
): Promise<Job[] | undefined> {
  const jobs = starts.flatMap((start) => firstJobs(core, start));
  const expires_at = new Date(Date.now() + DEDUPLICATION_MS);
  const eventId = ({ origin, events: [event] }: Start) => (origin === 'held' ? null : event?.id);
  const runs = starts.map((start) => ({
    id: start.id,
    function_id: start.fn.id,
    event_id: eventId(start),
    event_ids: start.events.map(({ id }) => id),
    parent_run_id: start.parent?.runId,
    parent_step_id: start.parent?.stepId,
    singleton: start.singleton,
    keys: start.dedupe.length,
  }));
  const keys = [...starts, ...held].flatMap((start) =>
    start.dedupe.map((key) => ({
      ...{ function_id: start.fn.id, key, run_id: start.id, event_id: eventId(start), expires_at },
    })),
  );
  const rows = events.map(({ id, payload, text }) => ({ id, name: payload.name, payload: text }));
  const input = jsonParam({ events: rows, keys, runs, jobs });
  const started = await sql.unsafe(INSERT, [input, unlessAwaited], { prepare: true });
  if (started[0]?.run_id === null) return undefined;
  const ids = new Set(started.map((row) => row.run_id));
  return jobs.filter((job) => ids.has(job.run_id));
}

function newStarts(core: Core, events: StoredEvent[], only?: Only): Start[] {
  const starts: Start[] = [];
  const seen = new Set<string>();
  const start = (fn: FunctionConfig, event: StoredEvent) => {
    const dedupe: string[] = [];
    if (only?.key) dedupe.push(only.key);
    else if (event.givenId) dedupe.push(`event ${event.payload.id}`);
    if (fn.idempotency) {
      const value = keyValue(fn.idempotency, event.payload);
      if (value === undefined)
        core.log('warn', 'the idempotency key cannot be computed; the run starts without it', {
          function: fn.id,
        });
      else dedupe.push(`idempotency ${value}`);
    }
    // Within one request the first wins; one statement may not meet the same key twice.
    const keys = dedupe.map((key) => `${fn.id} ${key}`);
    if (keys.some((key) => seen.has(key))) return;
    for (const key of keys) seen.add(key);
    const origin = only ? 'single' : 'event';
    starts.push({ id: newId(), fn, events: [event], dedupe, origin, parent: only?.parent });
  };
  for (const event of events) {
    if (only) start(only.fn, event);
    else
      for (const { fn, expressions } of core.registry.triggeredBy(event.payload.name))
        if (expressions.some((expression) => matches(expression, event.payload))) start(fn, event);
  }
  return starts;
}

/** The first call of a run, and the row that ends it if that call does not begin in time. */
function firstJobs(core: Core, { id, fn, events }: Start): Job[] {
  const event = (events[0] as StoredEvent).payload;
  const concurrency = fn.concurrency.map(({ scope, key }) => {
    const value = key ? (keyValue(key, event) ?? '') : '';
    return scope === 'fn' ? `fn ${fn.id} ${key ?? ''} ${value}` : `${scope} ${key} ${value}`;
  });
  const factor = fn.priority ? Math.trunc(Number(keyValue(fn.priority, event))) || 0 : 0;
  const priority = Math.max(-MAX_PRIORITY_SECONDS, Math.min(MAX_PRIORITY_SECONDS, factor));
  // Runs with a priority wait among one another also when their own is 0.
  const keys = concurrency.length > 0 || fn.throttle || fn.priority ? concurrency : null;
  const run = { function_id: fn.id, run_id: id };
  const call = createJob(run, {
    keys,
    limits: keys && fn.concurrency.map(({ limit }) => limit),
    priority,
    throttle: fn.throttle ? keyOf(core, fn, 'throttle', fn.throttle.key, event) : null,
    locked_by: core.lockFor(keys),
  });
  // Not enumerable: known here and now, not stored.
  Object.defineProperty(call, 'fresh', { value: events.map(({ text }) => text) });
  if (!fn.timeouts?.startMs) return [call];
  const due_at = new Date(Date.now() + fn.timeouts.startMs);
  return [call, createJob(run, { kind: 'timeout', step_id: 'timeout', name: 'start', due_at })];
}

async function findWaits(
  sql: AnySql,
  events: StoredEvent[],
  names: string[],
): Promise<{ job: Job; event: StoredEvent }[]> {
  const rows = await sql<(Job & { trigger: string })[]>`
    select q.*, e.payload as trigger from queue q
    join runs r on r.id = q.run_id join events e on e.id = r.event_ids[1]
    where q.event_name = any(${names}) and q.kind = 'wait' order by q.run_id`;
  const found: { job: Job; event: StoredEvent }[] = [];
  for (const job of rows) {
    const trigger = job.expression ? JSON.parse(job.trigger) : undefined;
    const event = events.find(
      ({ payload }) => payload.name === job.event_name && matches(job.expression, trigger, payload),
    );
    if (event) found.push({ job, event });
  }
  return found;
}

async function findCancelled(
  core: Core,
  sql: AnySql,
  events: StoredEvent[],
  names: string[],
): Promise<Job[]> {
  const functions = new Map<string, FunctionConfig>();
  for (const name of names) for (const fn of core.registry.cancelledBy(name)) functions.set(fn.id, fn);
  if (functions.size === 0) return [];
  const rows = await sql`
    select r.id, r.function_id, r.started_at, e.payload from runs r join events e on e.id = r.event_ids[1]
    where r.function_id = any(${[...functions.keys()]}) and r.ended_at is null order by r.id`;
  const found: Job[] = [];
  for (const row of rows) {
    const trigger = JSON.parse(row.payload) as Payload;
    const started = (row.started_at as Date).getTime();
    const hit = functions.get(row.function_id)?.cancel.some((entry) => {
      if (entry.timeout && (parseInstantMs(entry.timeout, started) ?? Number.POSITIVE_INFINITY) < Date.now())
        return false;
      return events.some(
        ({ payload }) => covers(entry.event, payload.name) && matches(entry.if, trigger, payload),
      );
    });
    if (hit) found.push(createJob({ function_id: row.function_id, run_id: row.id }));
  }
  return found;
}
