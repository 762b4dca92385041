import type { Core } from './core.ts';
import { type AnySql, jsonParam, rowsOf } from './database.ts';
import { newId, type Payload, type StoredEvent } from './event.ts';
import { keyValue, matches } from './expression.ts';
import type { FunctionConfig, Rate } from './function-config.ts';
import { createJob, type Job } from './job.ts';
import { MAX_BATCH_BYTES } from './protocol.ts';
import { answerInvoker, CANCELLED, endRun, namedError } from './settle.ts';
import { insertRuns } from './start-runs.ts';

/** A run that is about to start. */
export type Start = {
  id: string;
  fn: FunctionConfig;
  events: StoredEvent[];
  /** Keys that may start this function only once: an event id, an idempotency key, a tick. */
  dedupe: string[];
  /** `event`: only if that event was not taken in before; `single`: told to start (cron, invoke); `held`: was held back. */
  origin: 'event' | 'single' | 'held';
  parent?: { runId: string; stepId: string };
  singleton?: string;
};

/**
 * Generic cell rate algorithm: may one more start now? Gives the new theoretical arrival time, to be stored, or
 * undefined. The one after it may start at that time less `burst` intervals.
 */
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

/** A key for one limit of one function and the value of its expression for this event. */
export function keyOf(
  core: Core,
  fn: FunctionConfig,
  kind: string,
  key: string | undefined,
  event: Payload,
): string {
  const value = key === undefined ? '' : keyValue(key, event);
  if (value === undefined)
    core.log('warn', `the key of ${kind} cannot be computed; the empty one is used`, { function: fn.id });
  return `${kind} ${fn.id} ${value ?? ''}`;
}

/** The controls that a start must pass, each with the key of its state. Told to start, it is not held back. */
function gatesOf(core: Core, { fn, events, origin }: Start) {
  const event = (events[0] as StoredEvent).payload;
  const gate = (name: string, option: { key?: string } | undefined | false) => {
    const key = option ? keyOf(core, fn, name, option.key, event) : undefined;
    // A key that says false switches its control off for the event.
    return option && option.key && key?.endsWith(' false') ? undefined : key;
  };
  const batch = fn.batch && origin === 'event' && matches(fn.batch.if, event);
  return {
    rate: gate('rate', origin !== 'held' && fn.rateLimit),
    debounce: gate('debounce', origin === 'event' && fn.debounce),
    batch: gate('batch', batch && fn.batch),
    singleton: gate('singleton', fn.singleton),
  };
}

type HeldRow = Job & { events: string[]; size: number };

/**
 * Puts starts through rate limit, debounce, batch and singleton, in this order and one after the other, under locks on
 * their keys that last to the end of the transaction: what is not dropped, held back or replaced may start. Gives the
 * runs to start, those held back (only their keys count) and rows to hand over.
 */
export async function admit(core: Core, tx: AnySql, starts: Start[]) {
  const gated = starts.map((start) => ({ start, gates: gatesOf(core, start) }));
  const names = [
    ...new Set(gated.flatMap(({ gates }) => Object.values(gates).filter((key) => key !== undefined))),
  ];
  const result = { starts: [] as Start[], held: [] as Start[], ready: [] as Job[] };
  if (names.length === 0) return { ...result, starts };
  await tx`
    select pg_advisory_xact_lock(lock) from (
      select distinct hashtextextended(${core.schema} || name, 0) as lock from unnest(${names}::text[]) as name order by 1) s`;
  const keys = starts.flatMap(({ fn, dedupe }) => dedupe.map((key) => ({ function_id: fn.id, key })));
  const [known, used, rates, rows, running] = await Promise.all([
    tx`select id from events where id = any(${starts.map(({ events }) => events[0]?.id ?? '')})`,
    tx`select d.function_id, d.key from deduplications d
      join json_to_recordset(${jsonParam(keys)}::text::json) as k (function_id text, key text) using (function_id, key)
      where expires_at > now()`,
    tx`select key, tat from rates where key = any(${names})`,
    tx<HeldRow[]>`
      select *, (select coalesce(sum(length(payload)), 0)::int from events where id = any(queue.events)) as size
      from queue where id = any(${names}) and kind in ('debounce', 'batch')`,
    tx`select id, singleton from runs where singleton = any(${names}) and ended_at is null`,
  ]);
  const knownEvents = new Set(known.map((row) => row.id));
  const usedKeys = new Set(used.map((row) => `${row.function_id} ${row.key}`));
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
    if (parent) result.ready.push(...(await answerInvoker(core, tx, parent.runId, parent.stepId, memo)));
  };

  for (const { start, gates } of gated) {
    const { fn, dedupe, origin } = start;
    const event = start.events[0] as StoredEvent;
    if (origin === 'event' && knownEvents.has(event.id)) continue;
    if (dedupe.some((key) => usedKeys.has(`${fn.id} ${key}`))) continue;
    if (gates.rate && fn.rateLimit) {
      const arrival = passRate(fn.rateLimit, arrivals.get(gates.rate), now);
      if (arrival === undefined) {
        await refuse(start, 'is rate limited');
        continue;
      }
      arrivals.set(gates.rate, arrival);
      passed.set(gates.rate, { rate: fn.rateLimit, arrival });
    }
    const hold = gates.debounce ?? gates.batch;
    if (hold) {
      const row = held.get(hold) ?? newHold(fn, hold, gates.debounce ? 'debounce' : 'batch', now);
      changed.add(hold);
      result.held.push(start);
      row.events = fn.debounce ? [event.id] : [...row.events, event.id];
      row.size += event.text.length;
      if (fn.debounce)
        row.due_at = new Date(
          Math.min(now + fn.debounce.periodMs, row.at?.getTime() ?? Number.POSITIVE_INFINITY),
        );
      const full = fn.batch && (row.events.length >= fn.batch.maxSize || row.size >= MAX_BATCH_BYTES);
      held.set(hold, full ? undefined : row);
      if (!full) continue;
      for (const each of await loadEvents(tx, row.events)) if (!taken.has(each.id)) taken.set(each.id, each);
      const events = row.events.map((id) => taken.get(id) as StoredEvent);
      result.starts.push({ id: newId(), fn, events, dedupe: [], origin: 'held' });
      continue;
    }
    if (gates.singleton) {
      const other = current.get(gates.singleton);
      if (other && fn.singleton?.mode === 'skip') {
        await refuse(start, 'is a singleton and runs');
        continue;
      }
      // One that came with the same request has not begun: it gives way without a trace.
      result.starts = result.starts.filter(({ id }) => id !== other);
      if (other && running.some(({ id }) => id === other))
        result.ready.push(...(await endRun(core, tx, { function_id: fn.id, run_id: other }, CANCELLED)));
      current.set(gates.singleton, start.id);
    }
    result.starts.push({ ...start, singleton: gates.singleton });
  }
  await storeRates(tx, passed);
  const keep = [...changed].flatMap((name) => held.get(name) ?? []);
  const full = [...changed].filter((name) => !held.get(name));
  if (full.length > 0) await tx`delete from queue where id = any(${full})`;
  if (keep.length > 0)
    await tx`
      insert into queue select * from ${rowsOf(tx, 'queue', keep)}
      on conflict (id) do update set events = excluded.events, due_at = excluded.due_at`;
  result.ready.push(...keep.map((row) => ({ ...row, locked_by: null })));
  return result;
}

function newHold(fn: FunctionConfig, id: string, kind: 'debounce' | 'batch', now: number): HeldRow {
  const due_at = new Date(now + (fn.batch?.timeoutMs ?? 0));
  const at = fn.debounce?.timeoutMs ? new Date(now + fn.debounce.timeoutMs) : null;
  const run = { function_id: fn.id, run_id: null as unknown as string };
  return { ...createJob(run, { id, kind, step_id: id, due_at, at }), events: [], size: 0 };
}

export async function loadEvents(sql: AnySql, ids: string[]): Promise<StoredEvent[]> {
  if (ids.length === 0) return [];
  const rows =
    await sql`select id, payload from events where id = any(${ids}) order by array_position(${ids}, id)`;
  return rows.map(({ id, payload }) => ({ id, text: payload, payload: JSON.parse(payload), givenId: false }));
}

/** Starts a run with stored events, whatever held it back before; `id` is the run's, if it is not replaced at once. */
export async function startHeld(core: Core, tx: AnySql, id: string, functionId: string, eventIds: string[]) {
  const fn = core.registry.get(functionId);
  const events = fn ? await loadEvents(tx, eventIds) : [];
  if (!fn || events.length === 0 || events.length < eventIds.length) return { started: false, ready: [] };
  const { starts, ready } = await admit(core, tx, [{ id, fn, events, dedupe: [], origin: 'held' }]);
  ready.push(...((await insertRuns(core, tx, [], starts, [])) ?? []));
  return { started: starts.length > 0, ready };
}

/** The time of a debounce or batch is over: its run starts, unless an event came meanwhile and put it off. */
export async function release(core: Core, job: Job): Promise<Job[]> {
  return core.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${core.schema + job.id}, 0))`;
    const [row] = await tx<Job[]>`
      delete from queue where id = ${job.id} and locked_by = ${core.runnerId} and due_at <= ${new Date()} returning *`;
    if (row) return (await startHeld(core, tx, newId(), job.function_id, row.events ?? [])).ready;
    return tx<Job[]>`
      update queue set locked_by = null where id = ${job.id} and locked_by = ${core.runnerId} returning *`;
  }) as Promise<Job[]>;
}
