import { decodeTime } from 'ulid';
import type { Core } from './core.ts';
import { newId } from './event.ts';
import { loadEvents, startHeld } from './flow.ts';
import { CANCELLED, endRun } from './settle.ts';

/** Most runs that one bulk replay starts. */
export const MAX_REPLAYS = 1000;
const MAX_SHOWN = 20_000;

const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
const shown = (text: string) => (text.length > MAX_SHOWN ? 'more than 20,000 characters' : JSON.parse(text));
const fieldsOf = (query: URLSearchParams, ...names: string[]) =>
  names.map((name) => query.get(name) || null) as (string | null)[] as string[];
const limitOf = (query: URLSearchParams) => Math.min(Math.max(Number(query.get('limit')) || 50, 1), 200);
const nextOf = (list: readonly { id: string }[], limit: number) =>
  list.length > limit ? list[limit - 1]?.id : null;

/**
 * The newest runs with their steps and what they wait for; `limit` up to 200, `before` an id for the next page.
 * `status`, `function` and `id` (of a run, or of an event of runs) narrow.
 */
export async function listRuns({ sql }: Core, query: URLSearchParams) {
  const limit = limitOf(query);
  const [status, fn, id, before] = fieldsOf(query, 'status', 'function', 'id', 'before') as [
    string,
    string,
    string,
    string,
  ];
  const found = await sql`
    select r.id, function_id as "functionId", status, event_ids as "eventIds", started_at as "startedAt",
      ended_at as "endedAt", replayed_by as "replayedBy", parent_run_id as "parentRunId", output, error, payload,
      array(select json_build_object('name', name, 'op', op, 'beganAt', began_at, 'endedAt', ended_at,
        'failed', op = 'StepFailed') from steps where run_id = r.id order by position) as steps,
      array(select json_build_object('id', id, 'kind', kind, 'name', name, 'attempt', attempt, 'dueAt', due_at,
        'error', error) from queue where run_id = r.id and kind <> 'cancel' order by id) as open
    from runs r left join events e on e.id = r.event_ids[1]
    where (${status}::text is null or status = ${status}) and (${fn}::text is null or function_id = ${fn})
      and (${id}::text is null or r.id = ${id} or ${id} = any(event_ids))
      and (${before}::text is null or r.id < ${before})
    order by r.id desc limit ${limit + 1}`;
  const runs = found.slice(0, limit).map(({ payload, output, error, open, id, ...run }) => {
    const event = parse(payload) ?? { name: 'pruned', id: '' };
    return {
      ...{
        id,
        ...run,
        event: { name: event.name, id: event.id },
        output: parse(output),
        error: parse(error),
      },
      open: open.map((job: { id: string; error: string | null }) => {
        return { ...job, beganAt: new Date(decodeTime(job.id)), error: parse(job.error) };
      }),
    };
  });
  return { runs, next: nextOf(found as unknown as { id: string }[], limit) };
}

/** One run with its events and the results of its steps. Undefined if there is none. */
export async function showRun(core: Core, id: string) {
  const { runs } = await listRuns(core, new URLSearchParams({ id, limit: '1' }));
  const run = runs.find((each) => each.id === id) as { eventIds: string[] } | undefined;
  if (!run) return undefined;
  const memos = await core.sql`select memo from steps where run_id = ${id} order by position`;
  const events = await loadEvents(core.sql, run.eventIds);
  return {
    ...run,
    results: memos.map(({ memo }) => shown(memo)),
    events: events.map(({ payload }) => payload),
  };
}

/** The newest events with the runs they are in; `name` and `id` narrow. */
export async function listEvents({ sql }: Core, query: URLSearchParams) {
  const limit = limitOf(query);
  const [name, id, before] = fieldsOf(query, 'name', 'id', 'before') as [string, string, string];
  const found = await sql<{ id: string; payload: string }[]>`
    select id, name, payload, received_at as "receivedAt" from events where (${name}::text is null or name = ${name})
      and (${id}::text is null or id = ${id}) and (${before}::text is null or id < ${before})
    order by id desc limit ${limit + 1}`;
  const list = found.slice(0, limit);
  const ids = list.map((row) => row.id);
  // Runs are younger than their events, so ids in order bound the search.
  const runs = await sql`
    select id, function_id as "functionId", status, event_ids from runs
    where id > ${ids.at(-1) ?? '~'} and event_ids && ${ids}::text[] limit 1000`;
  const events = list.map(({ payload, ...event }) => {
    return {
      ...event,
      payload: shown(payload),
      runs: runs.filter((run) => run.event_ids.includes(event.id)),
    };
  });
  return { events, next: nextOf(found, limit) };
}

/** Cancels a run that has not ended. False if there is none. */
export async function cancelRun(core: Core, run_id: string): Promise<boolean> {
  const [run] = await core.sql`select function_id from runs where id = ${run_id}`;
  if (!run) return false;
  const { function_id } = run;
  core.hand(await core.sql.begin((tx) => endRun(core, tx, { run_id, function_id }, CANCELLED)));
  return true;
}

/**
 * Starts ended runs anew with their events, each as a run of its own that answers no invoker; gives the ids of the new
 * runs. Left out: runs replayed already, whose function or event is gone, and a singleton that runs.
 */
export async function replayRuns(core: Core, ids: string[]): Promise<string[]> {
  const replayed: string[] = [];
  for (const id of ids) {
    const replay = newId();
    const jobs = await core.sql.begin(async (tx) => {
      const [run] = await tx`
        update runs set replayed_by = ${replay} where id = ${id} and ended_at is not null and replayed_by is null
        returning function_id, event_ids`;
      if (!run) return [];
      const { started, ready } = await startHeld(core, tx, replay, run.function_id, run.event_ids);
      if (started) replayed.push(replay);
      else await tx`update runs set replayed_by = null where id = ${id}`;
      return ready;
    });
    core.hand(jobs);
  }
  return replayed;
}

/** Failed runs not replayed yet, oldest first: of a function, started in a time; all of them up to the bound if not said. */
export async function findFailures(
  { sql }: Core,
  { function: fn, from, to }: { function?: string; from?: string; to?: string },
): Promise<string[]> {
  const rows = await sql`
    select id from runs where status = 'failed' and replayed_by is null
      and (${fn || null}::text is null or function_id = ${fn || null})
      and started_at between ${from ? new Date(from) : new Date(0)} and ${to ? new Date(to) : new Date()}
    order by id limit ${MAX_REPLAYS}`;
  return rows.map((row) => row.id);
}

/** What is counted in the database: each value with its labels. */
const METRICS = {
  runs: `count(*) as value, function_id as function, status from runs group by 2, 3`,
  queue: `count(*) as value, kind, locked_by is not null as taken from queue group by 2, 3`,
  events: `count(*) as value from events`,
  lag_seconds: `greatest(extract(epoch from now() - min(due_at)), 0)::float8 as value from queue where locked_by is null`,
};
const HELP: Record<string, string> = {
  runs: 'Runs in the history, by function and status.',
  queue: 'Rows of the queue: what runs wait for, and what is being done.',
  events: 'Events in the history.',
  lag_seconds: 'How long the oldest row that is due has waited.',
};

/** What a monitor wants to know, in the text format of Prometheus. */
export async function metrics({ sql }: Core, counts: Record<string, number>): Promise<string> {
  const { user, system } = process.cpuUsage();
  const calls = Object.entries(counts).map(([state, value]) => ({ value, state }));
  const found = await Promise.all(
    Object.entries(METRICS).map(async ([name, query]) => {
      return [
        `inngest_runner_${name}`,
        HELP[name] as string,
        [...(await sql.unsafe(`select ${query}`))],
      ] as const;
    }),
  );
  const all: (readonly [string, string, readonly Record<string, unknown>[]])[] = [
    ...found,
    ['inngest_runner_calls', 'Calls to the app by this process.', calls],
    ['process_resident_memory_bytes', 'Memory of this process.', [{ value: process.memoryUsage().rss }]],
    ['process_cpu_seconds_total', 'Processor time of this process.', [{ value: (user + system) / 1e6 }]],
  ];
  const lines = all.flatMap(([name, help, rows]) => [
    ...[`# HELP ${name} ${help}`, `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`],
    ...rows.map(({ value, ...labels }) => {
      const list = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(String(text))}`);
      return `${name}${list.length > 0 ? `{${list.join(',')}}` : ''} ${value}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}
