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

  /** Reads the stored functions again, after a sync here or in another runner. */
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
    const app = {
      id: appId,
      url: body.url,
      checksum: createHash('sha1').update(canonicalJson(fns)).digest('hex'),
    };
    const rows = fns.map((fn) => ({ id: fn.id, app_id: appId, config: canonicalJson(fn), active: true }));
    const ticks = fns.flatMap((fn) =>
      fn.triggers.flatMap(({ cron }) => {
        const next = cron && scheduleTick(fn, cron, now);
        const id = `cron ${fn.id} ${cron}`;
        return next ? { id, kind: 'cron', function_id: fn.id, step_id: id, name: cron, ...next } : [];
      }),
    );
    const modified = await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('inngest sync'))`;
      const { count } = await tx`
        insert into apps (id, url, checksum) values (${app.id}, ${app.url}, ${app.checksum})
        on conflict (id) do update set url = excluded.url, checksum = excluded.checksum, synced_at = now()
          where apps.checksum <> excluded.checksum`;
      if (count === 0) return false;
      await tx`update functions set active = false where app_id = ${appId}`;
      await tx`
        insert into functions select * from ${rowsOf(tx, 'functions', rows)}
        on conflict (id) do update set app_id = excluded.app_id, config = excluded.config, active = true`;
      await tx`
        delete from queue where kind = 'cron' and id <> all(${ticks.map(({ id }) => id)})
        and function_id in (select id from functions where app_id = ${appId})`;
      // A schedule that is already there keeps its time: a tick missed while the app was away still runs.
      await tx`
        insert into queue (id, kind, function_id, step_id, name, due_at, at)
        select id, kind, function_id, step_id, name, due_at, at from ${rowsOf(tx, 'queue', ticks)} on conflict do nothing`;
      return true;
    });
    if (modified) await reload();
    registeredAt = Date.now();
    // The app is back: what waits only because it was away goes on at once instead of sitting out its backoff.
    await sql`
      update queue set due_at = now() where kind = 'call' and locked_by is null and due_at > now()
      and function_id in (select id from functions where app_id = ${appId}) and error like ${`%${UNREACHABLE}%`}`;
    return { modified, appId };
  }

  return {
    reload,
    register,
    get: (id: string) => known.get(id),
    /** The functions that are registered now; others may have runs yet. */
    active: () => active,
    /** When an app last registered, here or with another runner, in epoch milliseconds. */
    registeredAt: () => registeredAt,
    /** Active functions with a trigger for this event name; the same function at most once. */
    triggeredBy: (name: string) =>
      active.flatMap((fn) => {
        const triggers = fn.triggers.filter(({ event }) => event && covers(event, name));
        return triggers.length > 0 ? { fn, expressions: triggers.map(({ expression }) => expression) } : [];
      }),
  };
}

/** Whether an event's name, or one with a `*` for its end, covers this one. */
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
