import type { Core } from './core.ts';
import { type AnySql, jsonParam } from './database.ts';
import { newId, type StoredEvent } from './event.ts';
import { awaitedKey, keyValue, matches, offeredKeys } from './expression.ts';
import { admit, keyOf, type Start } from './flow.ts';
import type { FunctionConfig } from './function-config.ts';
import { createJob, type Job } from './job.ts';
import { DAY_MS, MAX_PRIORITY_SECONDS, parseInstantMs, YEAR_MS } from './protocol.ts';
import { covers } from './registry.ts';
import { apply, CANCELLED, endRun, stepDone } from './settle.ts';

/** Starts only this function (cron, invoke), whatever its triggers say. */
export type Only = { fn: FunctionConfig; key?: string; parent?: { runId: string; stepId: string } };

const INSERT = `
with input as (
  select $1::text::json as j where not exists (select from queue where event_name = any($2) and kind <> 'signal')),
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
  const starts = newStarts(core, events, only);
  const names = only ? [] : [...new Set(events.flatMap(({ payload }) => listenedNames(payload.name)))];
  const gated = starts.some(({ fn }) => fn.rateLimit ?? fn.debounce ?? fn.batch ?? fn.singleton);
  const started = !gated && (await insertRuns(core, within ?? core.sql, events, starts, [], names));
  if (started) return started;
  const waits = only ? [] : await findWaits(within ?? core.sql, events, names);
  const all = async (tx: AnySql): Promise<Job[]> => {
    const { starts: admitted, held, ready } = await admit(core, tx, starts);
    ready.push(...((await insertRuns(core, tx, events, admitted, held)) ?? []));
    for (const { job, event } of waits)
      ready.push(
        ...(await (job.kind === 'cancel'
          ? endRun(core, tx, job, CANCELLED)
          : apply(core, tx, job, stepDone(job, event.text)))),
      );
    return ready;
  };
  return within ? all(within) : (core.sql.begin(all) as Promise<Job[]>);
}

/** The names under which something may wait for an event: its own, and those with a `*` for what follows a part. */
const listenedNames = (name: string) => [
  ...[name, '*'],
  ...[...name.matchAll(/[/.]/g)].map(({ index }) => `${name.slice(0, index + 1)}*`),
];

/**
 * Stores events, starts runs and remembers their keys in one statement. Gives the rows of the runs that did start; does
 * nothing and gives undefined if something waits for an event under one of the names `unlessAwaited`.
 */
export async function insertRuns(
  core: Core,
  sql: AnySql,
  events: StoredEvent[],
  starts: Start[],
  held: Start[],
  unlessAwaited: string[] = [],
): Promise<Job[] | undefined> {
  const jobs = starts.flatMap((start) => firstJobs(core, start));
  const expires_at = new Date(Date.now() + DAY_MS);
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
  const keys = [...starts, ...held].flatMap((start) => {
    const { id: run_id, fn, dedupe } = start;
    return dedupe.map((key) => ({ function_id: fn.id, key, run_id, event_id: eventId(start), expires_at }));
  });
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
    const value = fn.idempotency && keyValue(fn.idempotency, event.payload);
    if (fn.idempotency && value === undefined)
      core.log('warn', 'the idempotency key cannot be computed; the run starts without it', {
        function: fn.id,
      });
    const given = only?.key ?? (event.givenId && !only ? `event ${event.payload.id}` : undefined);
    const dedupe = [given, value === undefined ? undefined : `idempotency ${value}`].filter(
      (key) => key !== undefined,
    );
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

/** The first call of a run, and beside it what may end the run: the events that cancel it, its start in time. */
function firstJobs(core: Core, { id, fn, events }: Start): Job[] {
  const event = (events[0] as StoredEvent).payload;
  const concurrency = fn.concurrency.map(({ scope, key = '' }) => {
    const value = key && (keyValue(key, event) ?? '');
    return scope === 'fn' ? `fn ${fn.id} ${key} ${value}` : `${scope} ${key} ${value}`;
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
    throttle: fn.throttle && keyOf(core, fn, 'throttle', fn.throttle.key, event),
    locked_by: core.lockFor(keys),
  });
  // Not enumerable: known here and now, not stored.
  Object.defineProperty(call, 'fresh', { value: events.map(({ text }) => text) });
  const now = Date.now();
  const cancel = fn.cancel.map((entry, i) =>
    createJob(run, {
      ...{ kind: 'cancel' as const, step_id: `cancel ${i}`, event_name: entry.event, expression: entry.if },
      awaited: awaitedKey(entry.if, event),
      due_at: new Date((entry.timeout && parseInstantMs(entry.timeout, now)) || now + YEAR_MS),
    }),
  );
  const { startMs } = fn.timeouts ?? {};
  const late = { kind: 'timeout' as const, step_id: 'start', name: 'start' };
  return [
    call,
    ...cancel,
    ...(startMs ? [createJob(run, { ...late, due_at: new Date(now + startMs) })] : []),
  ];
}

/** What waits for these events, each with the first that matches: open steps, and runs to be cancelled. */
async function findWaits(sql: AnySql, events: StoredEvent[], names: string[]) {
  const found: { job: Job; event: StoredEvent }[] = [];
  const keys = offeredKeys(events.map(({ payload }) => payload));
  const offered = keys ? sql`and coalesce(q.awaited, '') = any(${['', ...keys]})` : sql``;
  // A part at a time: there may be as many as there are runs.
  const parts = sql<(Job & { trigger: string })[]>`
    select q.*, e.payload as trigger from queue q
    join runs r on r.id = q.run_id join events e on e.id = r.event_ids[1]
    where q.event_name = any(${names}) ${offered} and q.kind <> 'signal'`.cursor(500);
  for await (const part of parts)
    for (const { trigger, ...job } of part) {
      const run = job.expression ? JSON.parse(trigger) : undefined;
      const hears = (name: string) =>
        job.kind === 'cancel' ? covers(job.event_name as string, name) : job.event_name === name;
      const event = events.find(
        ({ payload }) => hears(payload.name) && matches(job.expression, run, payload),
      );
      if (event) found.push({ job, event });
    }
  // In one order, so that two requests do not wait for one another.
  return found.sort((a, b) => (a.job.run_id < b.job.run_id ? -1 : 1));
}
