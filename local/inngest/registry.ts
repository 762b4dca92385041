import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { scheduleTick } from './cron.ts';
import type { Sql } from './database.ts';
import { type FunctionConfig, readFunctionConfig, SyncRefused } from './function-config.ts';
import { UNREACHABLE } from './post.ts';

export type Registry = {
  get(id: string): FunctionConfig | undefined;
  /** The active functions. */
  all(): FunctionConfig[];
  /** Active functions with a trigger for this event name; the same function at most once. */
  triggeredBy(name: string): { fn: FunctionConfig; expressions: (string | undefined)[] }[];
  cancelledBy(name: string): FunctionConfig[];
  /** When an app last registered, here or with another runner, in epoch milliseconds. */
  registeredAt(): number;
  /** Reads the stored functions again, after a sync here or in another runner. */
  reload(): Promise<void>;
  /** Stores what an app registered. Throws SyncRefused. */
  register(body: unknown, now: Date): Promise<{ modified: boolean; appId: string }>;
};

/** The functions of all apps, kept in Postgres and mirrored in memory. */
export function createRegistry(sql: Sql): Registry {
  let all = new Map<string, FunctionConfig>();
  let active: FunctionConfig[] = [];
  let triggers = new Map<string, ReturnType<Registry['triggeredBy']>>();
  let registered = 0;

  const reload = async () => {
    const rows = await sql<
      { config: string; active: boolean }[]
    >`select config, active from functions order by id`;
    const next = new Map<string, FunctionConfig>();
    const on: FunctionConfig[] = [];
    for (const row of rows) {
      const fn = JSON.parse(row.config) as FunctionConfig;
      next.set(fn.id, fn);
      if (row.active) on.push(fn);
    }
    registered = Date.now();
    all = next;
    active = on;
    triggers = new Map();
  };

  const register: Registry['register'] = async (raw, now) => {
    const body = (raw ?? {}) as { appName?: string; url?: string; functions?: unknown[] };
    const appId = body.appName;
    if (!appId) throw new SyncRefused('App ID required');
    if (!body.url || !Array.isArray(body.functions))
      throw new SyncRefused('a sync needs "url" and "functions"');
    const configs = body.functions.map(readFunctionConfig);
    const checksum = createHash('sha1').update(canonicalJson(configs)).digest('hex');
    const modified = await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('inngest sync'))`;
      const [app] = await tx`select checksum from apps where id = ${appId}`;
      if (app?.checksum === checksum) return false;
      await tx`
        insert into apps (id, url, checksum) values (${appId}, ${body.url as string}, ${checksum})
        on conflict (id) do update set url = excluded.url, checksum = excluded.checksum, synced_at = now()`;
      await tx`update functions set active = false where app_id = ${appId}`;
      const ticks: string[] = [];
      for (const fn of configs) {
        await tx`
          insert into functions (id, app_id, config) values (${fn.id}, ${appId}, ${canonicalJson(fn)})
          on conflict (id) do update set app_id = excluded.app_id, config = excluded.config, active = true`;
        for (const trigger of fn.triggers) {
          const due = 'cron' in trigger && scheduleTick(fn, trigger.cron, now);
          if (!('cron' in trigger) || !due) continue;
          const id = `cron ${fn.id} ${trigger.cron}`;
          ticks.push(id);
          // A schedule that is already there keeps its time: a tick missed while the app was away still runs.
          await tx`
            insert into queue (id, kind, function_id, step_id, name, due_at, at)
            values (${id}, 'cron', ${fn.id}, ${id}, ${trigger.cron}, ${due.due_at}, ${due.at}) on conflict do nothing`;
        }
      }
      await tx`
        delete from queue where kind = 'cron' and not (id = any(${ticks}))
        and function_id in (select id from functions where app_id = ${appId})`;
      return true;
    });
    if (modified) await reload();
    registered = Date.now();
    // The app is back: what waits only because it was away goes on at once instead of sitting out its backoff.
    await sql`
      update queue set due_at = now() where kind = 'call' and locked_by is null and due_at > now()
      and function_id in (select id from functions where app_id = ${appId}) and error like ${`%${UNREACHABLE}%`}`;
    return { modified, appId };
  };

  return {
    get: (id) => all.get(id),
    all: () => active,
    triggeredBy(name) {
      let found = triggers.get(name);
      if (!found) {
        found = [];
        for (const fn of active) {
          const expressions = fn.triggers.flatMap((t) =>
            'event' in t && covers(t.event, name) ? [t.expression] : [],
          );
          if (expressions.length > 0) found.push({ fn, expressions });
        }
        if (triggers.size > 10_000) triggers.clear();
        triggers.set(name, found);
      }
      return found;
    },
    cancelledBy: (name) => active.filter((fn) => fn.cancel.some((entry) => covers(entry.event, name))),
    registeredAt: () => registered,
    reload,
    register,
  };
}

/** Whether a trigger's event name (`a/b`, or a wildcard such as `a/*`) covers this one. */
export function covers(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}
