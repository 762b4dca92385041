import { atomically, type Core } from './core.ts';
import { type AnySql, createJob, type Job, jsonParam, rowsOf } from './database.ts';
import { newId, type Payload, type StoredEvent } from './event.ts';
import { awaitedKey, keyValue, matches, offeredKeys } from './expression.ts';
import type { FunctionConfig, Rate } from './function-config.ts';
import { MAX_BATCH_BYTES, MAX_PRIORITY_SECONDS, parseInstantMs, YEAR_MS } from './protocol.ts';
import { covers } from './registry.ts';
import { answerInvoker, apply, CANCELLED, endRun, namedError, stepDone } from './settle.ts';

export type Only = { fn: FunctionConfig; key?: string; parent?: Parent };

const INSERT = `
with input as (
  select $1::text::json as j where not exists (select from queue where event_name = any($2) and kind <> 'signal')),
new_events as (
  insert into events (id, name, payload)
  select id, name, payload from json_populate_recordset(null::events, (select j -> 'events' from input))
  on conflict do nothing returning id),
wanted as (
  select * from json_to_recordset((select j -> 'starts' from input)) as x (id text, function_id text, event_id text,
    event_ids text[], parent_run_id text, parent_step_id text, singleton text, dedupe json, held boolean)
  where event_id is null or event_id in (select id from new_events)),
new_keys as (
  insert into deduplications as d (function_id, key, run_id, expires_at)
  select function_id, key, id, now() + interval '1 day' from wanted, json_array_elements_text(dedupe) as key
  on conflict (function_id, key) do update set run_id = excluded.run_id, expires_at = excluded.expires_at
    where d.expires_at < now()
  returning run_id),
new_runs as (
  insert into runs (id, function_id, event_ids, parent_run_id, parent_step_id, singleton)
  select id, function_id, event_ids, parent_run_id, parent_step_id, singleton
  from wanted left join (select run_id, count(*) as n from new_keys group by run_id) k on run_id = id
  where not held and coalesce(n, 0) = json_array_length(dedupe) returning id),
new_jobs as (
  insert into queue select x.* from json_populate_recordset(null::queue, (select j -> 'jobs' from input)) as x
  join new_runs r on r.id = x.run_id returning run_id)
select run_id from new_jobs union all select null where not exists (select from input)`;

/** Takes events in: starts, wakes and cancels runs in one commit. The caller hands the returned rows over after it. */
export async function takeEvents(core: Core, events: StoredEvent[], only?: Only): Promise<Job[]> {
  if (events.length === 0) return [];
  const starts = newStarts(core, events, only);
  const names = only ? [] : [...new Set(events.flatMap(({ payload }) => listenedNames(payload.name)))];
  const gated = starts.some(({ fn }) => fn.rateLimit ?? fn.debounce ?? fn.batch ?? fn.singleton);
  const started = !gated && (await insertRuns(core, events, starts, [], names));
  if (started) return started;
  const waits = only ? [] : await findWaits(core, events, names);
  return atomically(core, async (core) => {
    const { starts: admitted, held, ready } = await admit(core, starts);
    ready.push(...((await insertRuns(core, events, admitted, held)) ?? []));
    for (const { job, event } of waits) {
      const cancelled = job.kind === 'cancel' && endRun(core, job, CANCELLED);
      ready.push(...(await (cancelled || apply(core, job, stepDone(job, event.text)))));
    }
    return ready;
  });
}

/** The names under which something may wait for an event: its own, and those with a `*` for what follows a part. */
const listenedNames = (name: string) => [
  ...[name, '*'],
  ...[...name.matchAll(/[/.]/g)].map(({ index }) => `${name.slice(0, index + 1)}*`),
];

/** Stores events and starts runs in one statement; gives undefined if something waits for an event `unlessAwaited`. */
export async function insertRuns(
  core: Core,
  events: StoredEvent[],
  starts: Start[],
  held: Start[],
  unlessAwaited: string[] = [],
): Promise<Job[] | undefined> {
  const jobs = starts.flatMap((start) => firstJobs(core, start));
  const row = (held: boolean) => (start: Start) => {
    const { fn, events: own, parent, origin, ...run } = start;
    const [event_ids, event_id] = [own.map(({ id }) => id), origin === 'held' ? null : own[0]?.id];
    return { ...run, ...parent, function_id: fn.id, event_ids, event_id, held };
  };
  const stored = events.map(({ id, payload, text }) => ({ id, name: payload.name, payload: text }));
  const rows = [...starts.map(row(false)), ...held.map(row(true))];
  const input = jsonParam({ events: stored, starts: rows, jobs });
  const started = await core.sql.unsafe(INSERT, [input, unlessAwaited], { prepare: true });
  if (started[0]?.run_id === null) return undefined;
  const ids = new Set(started.map(({ run_id }) => run_id));
  return jobs.filter((job) => ids.has(job.run_id));
}

function newStarts(core: Core, events: StoredEvent[], only?: Only): Start[] {
  const starts: Start[] = [];
  const seen = new Set<string>();
  const start = (fn: FunctionConfig, event: StoredEvent) => {
    const { payload, givenId } = event;
    const value = fn.idempotency && keyValue(fn.idempotency, payload);
    if (fn.idempotency && value === undefined)
      core.log('warn', 'no idempotency key can be computed; the run starts without', { function: fn.id });
    const given = only ? only.key : givenId ? `event ${payload.id}` : undefined;
    const named = value === undefined ? undefined : `idempotency ${value}`;
    const dedupe = [given, named].filter((key) => key !== undefined);
    // Within one request the first wins; one statement may not meet the same key twice.
    const keys = dedupe.map((key) => `${fn.id} ${key}`);
    if (keys.some((key) => seen.has(key))) return;
    for (const key of keys) seen.add(key);
    const origin = only ? 'single' : 'event';
    starts.push({ id: newId(), fn, events: [event], dedupe, origin, parent: only?.parent });
  };
  for (const event of events)
    if (only) start(only.fn, event);
    else
      for (const { fn, expressions } of core.registry.triggeredBy(event.payload.name))
        if (expressions.some((expression) => matches(expression, event.payload))) start(fn, event);
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
  const throttle = fn.throttle && keyOf(core, fn, 'throttle', fn.throttle, event);
  const limits = keys && fn.concurrency.map(({ limit }) => limit);
  const call = createJob(run, { keys, limits, priority, throttle, locked_by: core.lockFor(keys) });
  // Not enumerable: known here and now, not stored.
  Object.defineProperty(call, 'fresh', { value: events.map(({ text }) => text) });
  const now = Date.now();
  const cancel = fn.cancel.map(({ event: event_name, if: expression, timeout }, i) => {
    const due_at = new Date((timeout && parseInstantMs(timeout, now)) || now + YEAR_MS);
    const awaits = { event_name, expression, awaited: awaitedKey(expression, event) };
    return createJob(run, { kind: 'cancel', step_id: `cancel ${i}`, due_at, ...awaits });
  });
  const { startMs } = fn.timeouts ?? {};
  const due_at = new Date(now + (startMs ?? 0));
  const late = startMs ? [createJob(run, { kind: 'timeout', step_id: 'start', name: 'start', due_at })] : [];
  return [call, ...cancel, ...late];
}

/** What waits for these events, each with the first that matches: open steps, and runs to be cancelled. */
async function findWaits({ sql }: Core, events: StoredEvent[], names: string[]) {
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
      const name = job.event_name as string;
      const hears = ({ payload }: StoredEvent) =>
        (job.kind === 'cancel' ? covers(name, payload.name) : name === payload.name) &&
        matches(job.expression, run, payload);
      const event = events.find(hears);
      if (event) found.push({ job, event });
    }
  // In one order, so that two requests do not wait for one another.
  return found.sort((a, b) => (a.job.run_id < b.job.run_id ? -1 : 1));
}

export type Start = {
  id: string;
  fn: FunctionConfig;
  events: StoredEvent[];
  /** Keys that may start this function only once: an event id, an idempotency key, a tick. */
  dedupe: string[];
  /** `event`: only if that event was not taken in before; `single`: told to start (cron, invoke); `held`: was held back. */
  origin: 'event' | 'single' | 'held';
  parent?: Parent;
  singleton?: string;
};
export type Parent = { parent_run_id: string; parent_step_id: string };

/** Generic cell rate algorithm: the new theoretical arrival time if one more may start now, else undefined. */
export function passRate(rate: Rate, arrival: number | undefined, now: number): number | undefined {
  const interval = rate.periodMs / rate.limit;
  const next = Math.max(arrival ?? 0, now) + interval;
  return next - interval * (rate.burst + 1) <= now ? next : undefined;
}

export type Rates = Map<string, { rate: Rate; arrival: number }>;

export async function storeRates(tx: AnySql, rates: Rates): Promise<void> {
  if (rates.size === 0) return;
  const rows = [...rates].map(([key, { rate, arrival: tat }]) => {
    return { key, tat, free_at: tat - (rate.burst * rate.periodMs) / rate.limit };
  });
  await tx`
    insert into rates select * from ${rowsOf(tx, 'rates', rows)}
    on conflict (key) do update set tat = excluded.tat, free_at = excluded.free_at`;
}

type Keyed = { key?: string };

export function keyOf(core: Core, fn: FunctionConfig, kind: string, { key }: Keyed, event: Payload): string {
  const value = key === undefined ? '' : keyValue(key, event);
  if (value === undefined)
    core.log('warn', `the key of ${kind} cannot be computed; the empty one is used`, { function: fn.id });
  return `${kind} ${fn.id} ${value ?? ''}`;
}

/** The controls that a start must pass, each with the key of its state. Told to start, it is not held back. */
function gatesOf(core: Core, { fn, events, origin }: Start) {
  const event = (events[0] as StoredEvent).payload;
  const gate = (name: string, option: Keyed | undefined | false) => {
    const key = option ? keyOf(core, fn, name, option, event) : undefined;
    // A key that says false switches its control off for the event.
    return option && key?.endsWith(' false') && option.key ? undefined : key;
  };
  const batch = fn.batch && origin === 'event' && matches(fn.batch.if, event);
  return {
    rate: gate('rate', origin !== 'held' && fn.rateLimit),
    debounce: gate('debounce', origin === 'event' && fn.debounce),
    batch: gate('batch', batch && fn.batch),
    singleton: gate('singleton', fn.singleton),
  };
}

type Gates = ReturnType<typeof gatesOf>;
type HeldRow = Job & { events: string[]; size: number };

/**
 * Puts starts through rate limit, debounce, batch and singleton, one after the other, under locks on their keys: what is
 * not dropped, held back or replaced may start. Gives these, those held back (only their keys count), rows to hand over.
 */
export async function admit(core: Core, starts: Start[]) {
  const { sql } = core;
  const gated = starts.map((start) => ({ start, gates: gatesOf(core, start) }));
  const all = gated.flatMap(({ gates }) => Object.values(gates));
  const names = [...new Set(all.filter((key) => key !== undefined))];
  const result = { starts: [] as Start[], held: [] as Start[], ready: [] as Job[] };
  if (names.length === 0) return { ...result, starts };
  await sql`
    select pg_advisory_xact_lock(lock) from (
      select distinct hashtextextended(${core.schema} || name, 0) as lock from unnest(${names}::text[]) as name order by 1) s`;
  const keys = starts.flatMap(({ fn, dedupe }) => dedupe.map((key) => ({ function_id: fn.id, key })));
  const [known, rates, rows, running] = await Promise.all([
    sql`select id as known from events where id = any(${starts.map(({ events }) => events[0]?.id ?? '')})
      union all select function_id || ' ' || key from ${rowsOf(sql, 'deduplications', keys)} as k
      join deduplications d using (function_id, key) where d.expires_at > now()`,
    sql`select key, tat from rates where key = any(${names})`,
    sql<HeldRow[]>`
      select *, (select coalesce(sum(length(payload)), 0)::int from events where id = any(queue.events)) as size
      from queue where id = any(${names}) and kind in ('debounce', 'batch')`,
    sql`select id, singleton from runs where singleton = any(${names}) and ended_at is null`,
  ]);
  const used = new Set(known.map((row) => row.known));
  const arrivals = new Map(rates.map((row) => [row.key as string, row.tat as number]));
  const passed: Rates = new Map();
  const held = new Map<string, HeldRow | undefined>(rows.map((row) => [row.id, row]));
  const changed = new Set<string>();
  const current = new Map(running.map((row) => [row.singleton as string, row.id as string]));
  const taken = new Map(starts.flatMap(({ events }) => events.map((event) => [event.id, event] as const)));
  const now = Date.now();
  /** Whoever invoked a function that does not start must not wait for it. */
  const refuse = async ({ parent }: Start, why: string) => {
    const memo = JSON.stringify({ error: namedError({ message: `invoked function ${why}` }) });
    if (parent) result.ready.push(...(await answerInvoker(core, parent, memo)));
  };

  const pass = async (start: Start, gates: Gates): Promise<void> => {
    const { fn, dedupe, origin } = start;
    const event = start.events[0] as StoredEvent;
    if (origin === 'event' && used.has(event.id)) return;
    if (dedupe.some((key) => used.has(`${fn.id} ${key}`))) return;
    if (gates.rate && fn.rateLimit) {
      const arrival = passRate(fn.rateLimit, arrivals.get(gates.rate), now);
      if (arrival === undefined) return refuse(start, 'is rate limited');
      arrivals.set(gates.rate, arrival);
      passed.set(gates.rate, { rate: fn.rateLimit, arrival });
    }
    const id = gates.debounce ?? gates.batch;
    if (id) {
      const kind = gates.debounce ? 'debounce' : 'batch';
      const due_at = new Date(now + (fn.batch?.timeoutMs ?? 0));
      const at = fn.debounce?.timeoutMs ? new Date(now + fn.debounce.timeoutMs) : null;
      const nothing = { function_id: fn.id, run_id: null as never };
      const blank = createJob(nothing, { id, kind, step_id: id, due_at, at });
      const row = held.get(id) ?? { ...blank, events: [], size: 0 };
      changed.add(id);
      result.held.push(start);
      row.events = fn.debounce ? [event.id] : [...row.events, event.id];
      row.size += event.text.length;
      if (fn.debounce)
        row.due_at = new Date(Math.min(now + fn.debounce.periodMs, Number(row.at ?? Infinity)));
      const full = fn.batch && (row.events.length >= fn.batch.maxSize || row.size >= MAX_BATCH_BYTES);
      held.set(id, full ? undefined : row);
      if (!full) return;
      for (const each of await loadEvents(sql, row.events)) if (!taken.has(each.id)) taken.set(each.id, each);
      const events = row.events.map((id) => taken.get(id) as StoredEvent);
      result.starts.push({ id: newId(), fn, events, dedupe: [], origin: 'held' });
      return;
    }
    if (gates.singleton) {
      const other = current.get(gates.singleton);
      if (other && fn.singleton?.mode === 'skip') return refuse(start, 'is a singleton and runs');
      // One that came with the same request has not begun: it gives way without a trace.
      result.starts = result.starts.filter(({ id }) => id !== other);
      if (other && running.some(({ id }) => id === other))
        result.ready.push(...(await endRun(core, { function_id: fn.id, run_id: other }, CANCELLED)));
      current.set(gates.singleton, start.id);
    }
    result.starts.push({ ...start, singleton: gates.singleton });
  };
  for (const { start, gates } of gated) await pass(start, gates);
  await storeRates(sql, passed);
  const keep = [...changed].flatMap((name) => held.get(name) ?? []);
  const full = [...changed].filter((name) => !held.get(name));
  if (changed.size > 0)
    await sql`
      with gone as (delete from queue where id = any(${full}))
      insert into queue select * from ${rowsOf(sql, 'queue', keep)}
      on conflict (id) do update set events = excluded.events, due_at = excluded.due_at`;
  result.ready.push(...keep.map((row) => ({ ...row, locked_by: null })));
  return result;
}

export async function loadEvents(sql: AnySql, ids: string[]): Promise<StoredEvent[]> {
  if (ids.length === 0) return [];
  const rows = await sql`
    select id, payload from events where id = any(${ids}) order by array_position(${ids}, id)`;
  return rows.map(({ id, payload }) => ({ id, text: payload, payload: JSON.parse(payload), givenId: false }));
}

/** Starts a run with stored events, whatever held it back before; `id` is the run's, if it is not replaced at once. */
export async function startHeld(core: Core, id: string, functionId: string, eventIds: string[]) {
  const fn = core.registry.get(functionId);
  const events = fn ? await loadEvents(core.sql, eventIds) : [];
  if (!fn || events.length === 0 || events.length < eventIds.length) return { started: false, ready: [] };
  const { starts, ready } = await admit(core, [{ id, fn, events, dedupe: [], origin: 'held' }]);
  ready.push(...((await insertRuns(core, [], starts, [])) ?? []));
  return { started: starts.length > 0, ready };
}

/** The time of a debounce or batch is over: its run starts, unless an event came meanwhile and put it off. */
export function release(core: Core, { id, function_id }: Job): Promise<Job[]> {
  return atomically(core, async (core) => {
    const { sql, schema, runnerId } = core;
    await sql`select pg_advisory_xact_lock(hashtextextended(${schema + id}, 0))`;
    const mine = sql`id = ${id} and locked_by = ${runnerId}`;
    const [row] = await sql<Job[]>`delete from queue where ${mine} and due_at <= ${new Date()} returning *`;
    if (row) return (await startHeld(core, newId(), function_id, row.events ?? [])).ready;
    return sql<Job[]>`update queue set locked_by = null where ${mine} returning *`;
  });
}
