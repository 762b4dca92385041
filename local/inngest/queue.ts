import { createHash, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { callApp, fetchStep } from './call-app.ts';
import type { Core } from './core.ts';
import { connect, type Job, jsonParam } from './database.ts';
import { settleDue } from './settle.ts';
import { passRate, type Rates, release, storeRates } from './start-runs.ts';
import { fireCron } from './upkeep.ts';

const HANDLERS: Partial<Record<Job['kind'], typeof callApp>> = {
  ...{ call: callApp, fetch: fetchStep, cron: fireCron, debounce: release, batch: release },
};
/**
 * The queue of one runner: rows it wrote with its own lock are run at once; others are claimed when they fall due, when
 * another runner says so, and every second as a net. A runner is alive while it holds an advisory lock of its number.
 */
export function createQueue(core: Core) {
  const { sql, schema, maxCalls, log } = core;
  const runnerId = randomInt(1, 2 ** 31 - 1);
  const presenceClass = createHash('sha1').update(schema).digest().readUInt32BE() & 0x7fffffff;
  const channel = `${schema}_work`;
  const capacity = maxCalls * 2;
  // Rows that anyone may take, and those under a concurrency limit, throttle or priority; each has its index.
  const free = sql`locked_by is null and (keys is null or kind <> 'call')`;
  const keyed = sql`locked_by is null and keys is not null and kind = 'call'`;
  // With the first call of a run come its events, if they are small: there are no steps yet, so nothing else to read.
  const fresh = sql`case when kind = 'call' and attempt = 0 and generation = 1 and version = -1 and step_id = 'step' then (
    select case when sum(length(payload)) < 65536 then array_agg(payload order by array_position(r.event_ids, e.id)) end
    from runs r join events e on e.id = any(r.event_ids) where r.id = queue.run_id and r.ended_at is null) end as fresh`;
  const presence = connect(core.databaseUrl, schema, 1, core.onLost);
  const held = new Map<string, Job>();
  const backlog: Job[] = [];
  let running = 0;
  let granted = 0;
  let ticks = 0;
  let others = 0;
  let claiming: Promise<void> | undefined;
  let claimAgain = false;
  let moreMayWait = false;
  let stopped = false;
  let wake: NodeJS.Timeout | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;
  let ticker: NodeJS.Timeout | undefined;
  let strays = new Set<string>();
  Object.assign(core, { runnerId, lockFor, hand, patiently });

  function lockFor(keys: string[] | null): number | null {
    if (keys !== null || stopped || held.size + granted >= capacity) return null;
    granted++;
    return runnerId;
  }

  function hand(jobs: Job[]): void {
    let elsewhere = false;
    for (const job of jobs) {
      if (job.locked_by === runnerId) {
        granted = Math.max(0, granted - 1);
        accept(job);
      } else if (job.due_at.getTime() > Date.now()) wakeBy(job.due_at.getTime());
      else elsewhere = true;
    }
    if (!elsewhere) return;
    moreMayWait = true;
    claimSoon();
    tellOthers();
  }

  function tellOthers() {
    if (others > 0) presence.notify(channel, 'work').catch(() => {});
  }

  function accept(job: Job) {
    if (held.has(job.id)) return;
    held.set(job.id, job);
    backlog.push(job);
    startNext();
  }

  function startNext() {
    while (!stopped && running < maxCalls && backlog.length > 0) {
      const job = backlog.shift() as Job;
      running++;
      void run(job).finally(() => {
        running--;
        held.delete(job.id);
        startNext();
        if (job.keys) tellOthers();
        if (job.keys || (moreMayWait && backlog.length < maxCalls / 2)) claimSoon();
      });
    }
  }

  async function run(job: Job) {
    try {
      const handle = HANDLERS[job.kind] ?? settleDue;
      const once = job.kind === 'call' || job.kind === 'fetch';
      hand(await (once ? handle(core, job) : patiently(() => handle(core, job))));
    } catch (error) {
      if (stopped) return;
      const about = { job: job.id, run: job.run_id, error: String(error) };
      log('error', 'a queue row could not be handled; it will be tried again', about);
      const later = new Date(Date.now() + 15_000);
      await giveBack(sql`id = ${job.id}`, later).catch(() => {});
    }
  }

  /** Rows with our lock go back to the queue; an answer that comes yet is of an older generation. */
  const giveBack = (which = sql`true`, due_at: Date | null = null) => sql`
    update queue set locked_by = null, generation = generation + 1, due_at = coalesce(${due_at}, due_at)
    where locked_by = ${runnerId} and ${which}`;

  /** Repeats database work while the database is away: an answer in hand must not be lost with it. */
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (stopped || tries >= 60) throw error;
        if (tries === 1) log('warn', 'the database refused; trying again', { error: String(error) });
        await pause(Math.min(50 * 2 ** tries, 1000));
      }
    }
  }

  function claimSoon() {
    claimAgain = true;
    if (stopped || claiming) return;
    claimAgain = false;
    claiming = claimAll()
      .catch((error) => log('warn', 'claiming failed', { error: String(error) }))
      .finally(() => {
        claiming = undefined;
        if (claimAgain) claimSoon();
      });
  }

  async function claimAll() {
    const room = capacity - held.size;
    moreMayWait = true;
    if (room <= 0) return;
    const rows: Job[] = await sql<Job[]>`
      update queue set locked_by = ${runnerId} where id = any(array(
        select id from queue where due_at <= ${new Date()} and ${free} order by due_at, id limit ${room} for update skip locked))
      returning *, ${fresh}`;
    moreMayWait = rows.length === room;
    if (!moreMayWait) rows.push(...(await claimKeyed(room - rows.length)));
    for (const job of rows.toSorted((a, b) => a.due_at.getTime() - b.due_at.getTime())) accept(job);
    const [next] = await sql<{ at: Date | null }[]>`
      select least((select min(due_at) from queue where ${free} and due_at > now()),
        (select min(due_at) from queue where ${keyed} and due_at > now())) as at`;
    if (next?.at) wakeBy(next.at.getTime());
  }

  /** One claimer at a time counts what is running and takes only what still fits, in the order of their priorities. */
  async function claimKeyed(room: number): Promise<Job[]> {
    if ((await sql`select from queue where ${keyed} and due_at <= ${new Date()} limit 1`).length === 0)
      return [];
    return sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${presenceClass}, 0)`;
      const used = await tx<{ key: string; n: number }[]>`
        select key, count(*)::int as n from queue, unnest(keys) as key
        where locked_by is not null and kind = 'call' and keys is not null group by key`;
      const now = Date.now();
      const candidates = await tx<(Job & { arrival: number | null })[]>`
        select q.*, r.tat as arrival from (
          select *, row_number() over (partition by keys, throttle order by due_at - priority * interval '1 s', id) as place
          from queue where ${keyed} and due_at <= ${new Date(now)}) q
        left join rates r on r.key = q.throttle
        where place <= ${room} and coalesce(r.free_at, 0) <= ${now} and not exists (
          select from unnest(keys, limits) as mine (key, most)
          join json_to_recordset(${jsonParam(used)}::text::json) as taken (key text, n int) using (key) where n >= most)
        order by due_at - priority * interval '1 s', id limit ${room * 4}`;
      const count = new Map(used.map(({ key, n }) => [key, n]));
      const rates: Rates = new Map();
      const picked: string[] = [];
      for (const { id, keys, limits, throttle, function_id, arrival } of candidates) {
        if (picked.length >= room) break;
        if (keys?.some((key, i) => (count.get(key) ?? 0) >= (limits?.[i] ?? 1))) continue;
        const rate = throttle && core.registry.get(function_id)?.throttle;
        if (rate) {
          const passed = passRate(rate, rates.get(throttle)?.arrival ?? arrival ?? undefined, now);
          if (passed === undefined) continue;
          rates.set(throttle, { rate, arrival: passed });
        }
        for (const key of keys ?? []) count.set(key, (count.get(key) ?? 0) + 1);
        picked.push(id);
      }
      await storeRates(tx, rates);
      const [next] = await tx`
        select min(free_at) as at from rates where key in (select throttle from queue where throttle is not null)`;
      if (next?.at) wakeBy(Math.max(next.at, now + 5));
      if (picked.length === 0) return [];
      return tx<Job[]>`
        update queue set locked_by = ${runnerId}, throttle = null where id = any(${picked}) and locked_by is null
        returning *, ${fresh}`;
    }) as Promise<Job[]>;
  }

  function wakeBy(at: number) {
    if (at >= wakeAt || stopped) return;
    wakeAt = at;
    clearTimeout(wake);
    const up = () => {
      wakeAt = Number.POSITIVE_INFINITY;
      claimSoon();
    };
    wake = setTimeout(up, Math.min(Math.max(at - Date.now(), 0), 2 ** 31 - 1));
  }

  async function tick() {
    granted = 0;
    // The connection may have been replaced under us, and the lock gone with the old one.
    await presence`
      select pg_advisory_lock(${presenceClass}, ${runnerId}) where not exists (
        select from pg_locks where locktype = 'advisory' and classid = ${presenceClass} and objid = ${runnerId}
        and pid = pg_backend_pid())`;
    const alive = await presence`
      select objid::int8::int4 as id from pg_locks where locktype = 'advisory' and granted and classid = ${presenceClass} and objsubid = 2
      and objid <> 0 and database = (select oid from pg_database where datname = current_database())`;
    others = alive.filter((row) => row.id !== runnerId).length;
    const { count: rows } = await presence`
      update queue set locked_by = null, generation = generation + 1
      where locked_by is not null and locked_by <> all(${alive.map((row) => row.id as number)})`;
    if (rows > 0) log('warn', 'took over the work of a runner that is gone', { rows });
    claimSoon();
    if (ticks++ % 5 < 4) return;
    // Rows with our lock that we know nothing of (a commit whose answer we never got).
    const mine = await presence<{ id: string }[]>`select id from queue where locked_by = ${runnerId}`;
    const unknown = mine.map(({ id }) => id).filter((id) => !held.has(id));
    const lost = unknown.filter((id) => strays.has(id));
    strays = new Set(unknown);
    if (lost.length > 0) await giveBack(sql`id = any(${lost})`);
  }

  return {
    counts: () => ({ running, waiting: backlog.length }),
    async start(): Promise<void> {
      await tick();
      await presence.listen(channel, (message) => {
        if (message === 'config')
          core.registry.reload().catch((error) => log('warn', 'reload failed', { error: String(error) }));
        claimSoon();
      });
      const failed = (error: unknown) => log('warn', 'the database is away', { error: String(error) });
      const next = () => {
        if (!stopped) ticker = setTimeout(() => tick().catch(failed).finally(next), 1000);
      };
      next();
    },
    async stop(graceMs: number): Promise<void> {
      stopped = true;
      clearTimeout(wake);
      clearTimeout(ticker);
      const end = Date.now() + graceMs;
      while (running > 0 && Date.now() < end) await pause(20);
      await claiming?.catch(() => {});
      await giveBack().catch(() => {});
      await presence.end({ timeout: 1 });
    },
  };
}
