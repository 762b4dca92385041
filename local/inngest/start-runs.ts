import type { Core } from './core.ts';
import type { AnySql } from './database.ts';
import type { Payload, StoredEvent } from './event.ts';
import { newId } from './event.ts';
import { keyValue, matches } from './expression.ts';
import type { FunctionConfig } from './function-config.ts';
import { parseInstantMs } from './instant.ts';
import { createJob, JOB_COLUMNS, JOB_RECORD, type Job, jobRow, readJob } from './job.ts';
import { DEDUPLICATION_MS } from './limits.ts';
import { covers } from './registry.ts';
import { endRun, resolveStep } from './run.ts';

/** Starts only this function (cron, invoke), whatever its triggers say. */
export type Only = { fn: FunctionConfig; key?: string; parent?: { runId: string; stepId: string } };

type NewRun = { id: string; fn: FunctionConfig; event: StoredEvent; dedupe: string[]; only?: Only };

const INSERT = `
with input as (select $1::text::json as j),
new_events as (
  insert into events (id, name, payload)
  select id, name, payload from json_to_recordset((select j -> 'events' from input)) as x (id text, name text, payload text)
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
  insert into runs (id, function_id, event_ids, parent_run_id, parent_step_id)
  select x.id, function_id, array[event_id], parent_run_id, parent_step_id
  from json_to_recordset((select j -> 'runs' from input))
    as x (id text, function_id text, event_id text, parent_run_id text, parent_step_id text, keys int)
  left join (select run_id, count(*) as n from new_keys group by run_id) k on k.run_id = x.id
  where event_id in (select id from new_events) and coalesce(k.n, 0) = x.keys
  returning id)
insert into queue (${JOB_COLUMNS})
select ${JOB_COLUMNS.replace('id,', 'x.id,')} from json_to_recordset((select j -> 'jobs' from input)) as x ${JOB_RECORD}
join new_runs r on r.id = x.run_id
returning run_id`;

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
  const [waits, cancelled] = only
    ? [[], []]
    : await Promise.all([findWaits(sql, events, names), findCancelled(core, sql, events, names)]);
  const runs = newRuns(core, events, only);
  const jobs = runs.map((run) => firstJob(core, run));
  const input = JSON.stringify({
    events: events.map((event) => ({ id: event.id, name: event.payload.name, payload: event.text })),
    keys: runs.flatMap((run) =>
      run.dedupe.map((key) => ({
        function_id: run.fn.id,
        key,
        run_id: run.id,
        event_id: run.event.id,
        expires_at: new Date(Date.now() + DEDUPLICATION_MS),
      })),
    ),
    runs: runs.map((run) => ({
      id: run.id,
      function_id: run.fn.id,
      event_id: run.event.id,
      parent_run_id: run.only?.parent?.runId,
      parent_step_id: run.only?.parent?.stepId,
      keys: run.dedupe.length,
    })),
    jobs: jobs.map(jobRow),
  });
  const insert = async (on: AnySql): Promise<Job[]> => {
    const started = await on.unsafe(INSERT, [input], { prepare: true });
    const ids = new Set(started.map((row) => row.run_id));
    return jobs.filter((job) => ids.has(job.runId));
  };
  if (waits.length === 0 && cancelled.length === 0) return insert(sql);

  const all = async (tx: AnySql): Promise<Job[]> => {
    const ready = await insert(tx);
    for (const { job, event } of waits)
      ready.push(...(await resolveStep(core, tx, job, 'WaitForEvent', event.text)));
    for (const job of cancelled) ready.push(...(await endRun(core, tx, job, 'cancelled', null)));
    return ready;
  };
  return within ? all(within) : (core.sql.begin(all) as Promise<Job[]>);
}

function newRuns(core: Core, events: StoredEvent[], only?: Only): NewRun[] {
  const runs: NewRun[] = [];
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
    runs.push({ id: newId(), fn, event, dedupe, only });
  };
  for (const event of events) {
    if (only) start(only.fn, event);
    else
      for (const { fn, expressions } of core.registry.triggeredBy(event.payload.name))
        if (expressions.some((expression) => matches(expression, event.payload))) start(fn, event);
  }
  return runs;
}

function firstJob(core: Core, run: NewRun): Job {
  const { fn, event } = run;
  const keys = fn.concurrency.map(({ scope, key }) => {
    const value = key ? (keyValue(key, event.payload) ?? '') : '';
    return scope === 'fn' ? `fn ${fn.id} ${key ?? ''} ${value}` : `${scope} ${key} ${value}`;
  });
  const base = {
    functionId: fn.id,
    runId: run.id,
    version: -1,
    keys: keys.length > 0 ? keys : null,
    limits: keys.length > 0 ? fn.concurrency.map(({ limit }) => limit) : null,
  };
  return createJob(base, { lockedBy: core.lockFor(base.keys), freshEvents: [event.text] });
}

async function findWaits(
  sql: AnySql,
  events: StoredEvent[],
  names: string[],
): Promise<{ job: Job; event: StoredEvent }[]> {
  const rows = await sql`
    select q.*, e.payload as trigger from queue q
    join runs r on r.id = q.run_id join events e on e.id = r.event_ids[1]
    where q.event_name = any(${names}) and q.kind = 'wait' order by q.run_id`;
  const found: { job: Job; event: StoredEvent }[] = [];
  for (const row of rows) {
    const job = readJob(row);
    const trigger = job.expression ? JSON.parse(row.trigger) : undefined;
    const event = events.find(
      ({ payload }) => payload.name === job.eventName && matches(job.expression, trigger, payload),
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
    if (hit)
      found.push(
        createJob({ functionId: row.function_id, runId: row.id, version: -1, keys: null, limits: null }, {}),
      );
  }
  return found;
}
