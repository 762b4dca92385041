import type { Core } from './core.ts';
import type { AnySql } from './database.ts';
import { momentOf, newId } from './event.ts';
import { admit, loadEvents } from './flow.ts';
import { createJob, type Job } from './job.ts';
import { endRun } from './run.ts';
import { insertRuns } from './start-runs.ts';

export type RunEntry = {
  id: string;
  functionId: string;
  status: string;
  event: { name: string; id: string };
  eventIds: string[];
  startedAt: string;
  endedAt: string | null;
  output: unknown;
  error: unknown;
  replayedBy: string | null;
  parentRunId: string | null;
  steps: { name: string; op: string; beganAt: string | null; endedAt: string; failed: boolean }[];
  open: { kind: string; name: string; attempt: number; beganAt: string; dueAt: string; error: unknown }[];
};

const STATUSES = ['running', 'completed', 'failed', 'cancelled'];
/** Most runs that one bulk replay starts. */
export const MAX_REPLAYS = 1000;

const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
const limitOf = (query: URLSearchParams) => Math.min(Math.max(Number(query.get('limit')) || 50, 1), 200);
const pageOf = <T extends { id: string }>(list: readonly T[], limit: number) => ({
  list: list.slice(0, limit),
  next: list.length > limit ? (list[limit - 1]?.id ?? null) : null,
});

/**
 * The newest runs with their steps and what they wait for; `limit` up to 200, `before` an id for the next page.
 * `status`, `function` and `id` (of a run, or of an event of runs) narrow.
 */
export async function listRuns(
  { sql }: Core,
  query: URLSearchParams,
): Promise<{ runs: RunEntry[]; next: string | null }> {
  const limit = limitOf(query);
  const status = STATUSES.includes(query.get('status') ?? '') ? query.get('status') : null;
  const [fn, id, before] = ['function', 'id', 'before'].map((name) => query.get(name) || null) as string[];
  const found = await sql<{ id: string; payload: string; output: string; error: string }[]>`
    select r.id, function_id as "functionId", status, event_ids as "eventIds", started_at as "startedAt", ended_at as "endedAt",
      replayed_by as "replayedBy", parent_run_id as "parentRunId", output, error, payload
    from runs r left join events e on e.id = r.event_ids[1]
    where (${status}::text is null or status = ${status}) and (${fn as string}::text is null or function_id = ${fn as string})
      and (${id as string}::text is null or r.id = ${id as string} or ${id as string} = any(event_ids))
      and (${before as string}::text is null or r.id < ${before as string})
    order by r.id desc limit ${limit + 1}`;
  const { list, next } = pageOf(found, limit);
  const ids = list.map((row) => row.id);
  const [steps, open] = await Promise.all([
    sql`select run_id, name, op, began_at as "beganAt", ended_at as "endedAt", op = 'StepFailed' as failed
      from steps where run_id = any(${ids}) order by position`,
    sql`select run_id, id, kind, name, attempt, due_at as "dueAt", error from queue where run_id = any(${ids}) order by id`,
  ]);
  const runs = list.map(({ payload, ...run }) => {
    const { name, id: eventId } = parse(payload) ?? { name: 'pruned', id: '' };
    return {
      ...run,
      event: { name, id: eventId },
      output: parse(run.output),
      error: parse(run.error),
      steps: steps.filter((step) => step.run_id === run.id),
      open: open
        .filter((job) => job.run_id === run.id)
        .map((job) => ({ ...job, beganAt: momentOf(job.id), error: parse(job.error) })),
    };
  });
  return { runs: runs as unknown as RunEntry[], next };
}

/** One run with its events and the results of its steps. Undefined if there is none. */
export async function showRun(core: Core, id: string) {
  const { runs } = await listRuns(core, new URLSearchParams({ id, limit: '1' }));
  const run = runs.find((each) => each.id === id);
  if (!run) return undefined;
  const memos = await core.sql`select memo from steps where run_id = ${id} order by position`;
  const results = memos.map(({ memo }) =>
    memo.length > 20_000 ? 'more than 20,000 characters' : parse(memo),
  );
  return {
    ...run,
    results,
    events: (await loadEvents(core.sql, run.eventIds)).map(({ payload }) => payload),
  };
}

/** The newest events with the runs they are in; `name` and `id` narrow. */
export async function listEvents({ sql }: Core, query: URLSearchParams) {
  const limit = limitOf(query);
  const [name, id, before] = ['name', 'id', 'before'].map((field) => query.get(field) || null) as string[];
  const found = await sql<{ id: string; payload: string }[]>`
    select id, name, payload, received_at as "receivedAt" from events where (${name as string}::text is null or name = ${name as string})
      and (${id as string}::text is null or id = ${id as string}) and (${before as string}::text is null or id < ${before as string})
    order by id desc limit ${limit + 1}`;
  const { list, next } = pageOf(found, limit);
  const ids = list.map((row) => row.id);
  // Runs are younger than their events, so ids in order bound the search.
  const runs = await sql`
    select id, function_id as "functionId", status, event_ids from runs
    where id > ${ids.at(-1) ?? '~'} and event_ids && ${ids}::text[] limit 1000`;
  const events = list.map(({ payload, ...event }) => ({
    ...event,
    payload: parse(payload.length > 20_000 ? '"more than 20,000 characters"' : payload),
    runs: runs.filter((run) => run.event_ids.includes(event.id)),
  }));
  return { events, next };
}

/** Cancels a run that has not ended. False if there is none. */
export async function cancelRun(core: Core, id: string): Promise<boolean> {
  const [run] = await core.sql`select function_id from runs where id = ${id}`;
  if (!run) return false;
  const job = createJob({ function_id: run.function_id, run_id: id });
  core.hand((await core.sql.begin((tx) => endRun(core, tx, job, 'cancelled', null))) as Job[]);
  return true;
}

/**
 * Starts ended runs anew with their events, each as a run of its own that answers no invoker; gives the ids of the new
 * runs. Left out: runs replayed already, whose function or event is gone, and a singleton that runs.
 */
export async function replayRuns(core: Core, ids: string[]): Promise<string[]> {
  const replayed: string[] = [];
  for (const id of ids) {
    const jobs = await core.sql.begin(async (tx) => {
      const [run] = await tx`
        select function_id, event_ids from runs where id = ${id} and ended_at is not null and replayed_by is null for update`;
      const fn = run && core.registry.get(run.function_id);
      const events = fn ? await loadEvents(tx, run.event_ids) : [];
      if (!fn || events.length !== run.event_ids.length) return [];
      const start = { id: newId(), fn, events, dedupe: [], origin: 'held' as const };
      const { starts, ready } = await admit(core, tx, [start]);
      if (starts.length === 0) return ready;
      await tx`update runs set replayed_by = ${start.id} where id = ${id}`;
      replayed.push(start.id);
      return [...ready, ...((await insertRuns(core, tx, [], starts, [])) ?? [])];
    });
    core.hand(jobs as Job[]);
  }
  return replayed;
}

/** Failed runs not replayed yet, oldest first: of a function, started in a time; all of them up to the bound if not said. */
export async function findFailures(
  sql: AnySql,
  { function: fn, from, to }: { function?: string; from?: string; to?: string },
): Promise<string[]> {
  const rows = await sql`
    select id from runs where status = 'failed' and replayed_by is null
      and (${fn || null}::text is null or function_id = ${fn || null})
      and started_at between ${from ? new Date(from) : new Date(0)} and ${to ? new Date(to) : new Date()}
    order by id limit ${MAX_REPLAYS}`;
  return rows.map((row) => row.id);
}

/** What a monitor wants to know, in the text format of Prometheus. */
export async function metrics({ sql }: Core, counts: Record<string, number>): Promise<string> {
  const [runs, queue, [state]] = await Promise.all([
    sql`select function_id, status, count(*)::int as n from runs group by 1, 2 order by 1, 2`,
    sql`select kind, locked_by is not null as taken, count(*)::int as n from queue group by 1, 2 order by 1, 2`,
    sql`select greatest(extract(epoch from now() - min(due_at)), 0)::float8 as lag,
      (select count(*)::int from events) as events from queue where locked_by is null and due_at < now()`,
  ]);
  const label = (text: string) => text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
  const cpu = process.cpuUsage();
  const of = (name: string, help: string, samples: [labels: string, value: number][]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
    ...samples.map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`),
  ];
  const byRun = runs.map((r): [string, number] => [
    `function="${label(r.function_id)}",status="${r.status}"`,
    r.n,
  ]);
  const byRow = queue.map((r): [string, number] => [`kind="${r.kind}",taken="${r.taken}"`, r.n]);
  const calls = Object.entries(counts).map(([name, n]): [string, number] => [`state="${name}"`, n]);
  return [
    ...of('inngest_runner_runs', 'Runs in the history, by function and status.', byRun),
    ...of('inngest_runner_queue', 'Rows of the queue: what runs wait for, and what is being done.', byRow),
    ...of('inngest_runner_lag_seconds', 'How long the oldest row that is due has waited.', [
      ['', state?.lag ?? 0],
    ]),
    ...of('inngest_runner_events', 'Events in the history.', [['', state?.events ?? 0]]),
    ...of('inngest_runner_calls', 'Calls to the app by this process.', calls),
    ...of('process_resident_memory_bytes', 'Memory of this process.', [['', process.memoryUsage().rss]]),
    ...of('process_cpu_seconds_total', 'Processor time of this process.', [
      ['', (cpu.user + cpu.system) / 1e6],
    ]),
    '',
  ].join('\n');
}
