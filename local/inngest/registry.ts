import { createHash } from 'node:crypto';
import { rowsOf, type Sql } from './database.ts';
import { type FunctionConfig, nextTick, readFunctionConfig, SyncRefused } from './function-config.ts';
import { UNREACHABLE } from './post.ts';
import { canonicalJson } from './protocol.ts';

export type Registry = ReturnType<typeof createRegistry>;

/** The functions of all apps, kept in Postgres and mirrored in memory. */
export function createRegistry(sql: Sql) {
  let known = new Map<string, FunctionConfig>();
  let active: FunctionConfig[] = [];
  let registeredAt = 0;

  async function reload(): Promise<void> {
    const rows = await sql<
      { config: string; active: boolean }[]
    >`select config, active from functions order by id`;
    const all = rows.map((row) => ({ fn: JSON.parse(row.config) as FunctionConfig, active: row.active }));
    registeredAt = Date.now();
    known = new Map(all.map(({ fn }) => [fn.id, fn]));
    active = all.filter((each) => each.active).map(({ fn }) => fn);
  }

  /** Stores what an app registered. Throws SyncRefused. */
  async function register(raw: unknown, now: Date): Promise<{ modified: boolean; appId: string }> {
    const body = (raw ?? {}) as { appName?: string; url?: string; functions?: unknown[] };
    const appId = body.appName;
    if (!appId) throw new SyncRefused('App ID required');
    if (!body.url || !Array.isArray(body.functions))
      throw new SyncRefused('a sync needs "url" and "functions"');
    const fns = body.functions.map(readFunctionConfig);
    const checksum = createHash('sha1').update(canonicalJson(fns)).digest('hex');
    const rows = fns.map((fn) => ({ id: fn.id, app_id: appId, config: canonicalJson(fn), active: true }));
    const ticks = fns.flatMap((fn) =>
      fn.triggers.flatMap(({ cron: name }) => {
        const [id, next] = [`cron ${fn.id} ${name}`, name && scheduleTick(fn, name, now)];
        return next ? { id, kind: 'cron', function_id: fn.id, step_id: id, name, ...next } : [];
      }),
    );
    const [ids, tickIds] = [rows, ticks].map((list) => list.map(({ id }) => id)) as [string[], string[]];
    // A schedule that is already there keeps its time: a tick missed while the app was away still runs.
    const { count } = await sql`
      with app as (
        insert into apps (id, url, checksum) values (${appId}, ${body.url}, ${checksum})
        on conflict (id) do update set url = excluded.url, checksum = excluded.checksum, synced_at = now()
          where apps.checksum <> excluded.checksum returning id),
      gone as (update functions set active = false where app_id in (select id from app) and id <> all(${ids})),
      present as (
        insert into functions select f.* from app, ${rowsOf(sql, 'functions', rows)} as f
        on conflict (id) do update set app_id = excluded.app_id, config = excluded.config, active = true),
      ended as (
        delete from queue where kind = 'cron' and id <> all(${tickIds})
        and function_id in (select f.id from functions f join app on app_id = app.id)),
      begun as (
        insert into queue (id, kind, function_id, step_id, name, due_at, at)
        select q.id, kind, function_id, step_id, name, due_at, at
        from app, ${rowsOf(sql, 'queue', ticks)} as q on conflict do nothing)
      select from app`;
    if (count > 0) await reload();
    registeredAt = Date.now();
    // The app is back: what waits only because it was away goes on at once instead of sitting out its backoff.
    await sql`
      update queue set due_at = now() where kind = 'call' and locked_by is null and due_at > now()
      and function_id in (select id from functions where app_id = ${appId}) and error like ${`%${UNREACHABLE}%`}`;
    return { modified: count > 0, appId };
  }

  return {
    reload,
    register,
    get: (id: string) => known.get(id),
    active: () => active,
    registeredAt: () => registeredAt,
    /** Active functions with a trigger for this event name; the same function at most once. */
    triggeredBy: (name: string) =>
      active.flatMap((fn) => {
        const triggers = fn.triggers.filter(({ event }) => event && covers(event, name));
        return triggers.length > 0 ? { fn, expressions: triggers.map(({ expression }) => expression) } : [];
      }),
  };
}

export function covers(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}

/** When the tick of a schedule after `from` is, and when it fires: a jitter later, the same for every runner. */
export function scheduleTick(fn: FunctionConfig, cron: string, from: Date) {
  const at = nextTick(cron, from);
  if (!at) return undefined;
  const { jitterMs = 0 } = fn.triggers.find((trigger) => trigger.cron === cron) ?? {};
  const spread = createHash('sha1').update(`${fn.id} ${cron} ${at.toISOString()}`).digest().readUInt32BE();
  const wait = jitterMs > 1000 ? 1000 + (spread % (jitterMs - 1000)) : jitterMs;
  return { at, due_at: new Date(at.getTime() + wait) };
}
