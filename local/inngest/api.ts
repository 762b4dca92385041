import type { Row } from 'postgres';
import { decodeTime } from 'ulid';
import { Refused, type Reply } from './checkpoint.ts';
import { atomically, type Core } from './core.ts';
import { newId } from './event.ts';
import { CANCELLED, endRun } from './settle.ts';
import { loadEvents, startHeld } from './start-runs.ts';

const MAX_REPLAYS = 1000;

const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
const shown = (text: string) => (text.length > 20_000 ? 'more than 20,000 characters' : JSON.parse(text));

/** What a list is narrowed to, and a page of it: `limit` up to 200, `before` an id for the page after it. */
function readQuery(query: URLSearchParams) {
  const limit = Math.min(Math.max(Number(query.get('limit')) || 50, 1), 200);
  const text = (name: string) => (query.get(name) || null) as string;
  const page = <T extends { id: string }>(rows: readonly T[]) => {
    return { list: rows.slice(0, limit), next: rows.length > limit ? rows[limit - 1]?.id : null };
  };
  return { limit: limit + 1, id: text('id'), before: text('before'), text, page };
}

/** The newest runs with their steps and what they wait for; `id` of a run, or of an event of runs. */
export async function listRuns({ sql }: Core, query: URLSearchParams) {
  const { limit, id, before, text, page } = readQuery(query);
  const [status, fn] = [text('status'), text('function')];
  const found = await sql<(Row & { id: string; eventIds: string[] })[]>`
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
    order by r.id desc limit ${limit}`;
  const { list, next } = page(found);
  const runs = list.map(({ payload, output, error, ...run }) => {
    const event = parse(payload) ?? { name: 'pruned', id: '' };
    const open = run.open.map((job: Row) => {
      return { ...job, beganAt: new Date(decodeTime(job.id)), error: parse(job.error) };
    });
    const { id, name } = event;
    return { ...run, open, event: { id, name }, output: parse(output), error: parse(error) };
  });
  return { runs, next };
}

export async function showRun(core: Core, id: string) {
  const { runs } = await listRuns(core, new URLSearchParams({ id }));
  const run = runs.find((each) => each.id === id);
  const memos = await core.sql`select memo from steps where run_id = ${id} order by position`;
  const events = (await loadEvents(core.sql, run?.eventIds ?? [])).map(({ payload }) => payload);
  return run && { ...run, results: memos.map(({ memo }) => shown(memo)), events };
}

export async function listEvents({ sql }: Core, query: URLSearchParams) {
  const { limit, id, before, text, page } = readQuery(query);
  const name = text('name');
  const found = await sql<{ id: string; payload: string }[]>`
    select id, name, payload, received_at as "receivedAt" from events where (${name}::text is null or name = ${name})
      and (${id}::text is null or id = ${id}) and (${before}::text is null or id < ${before})
    order by id desc limit ${limit}`;
  const { list, next } = page(found);
  const ids = list.map((row) => row.id);
  // Runs are younger than their events, so ids in order bound the search.
  const runs = await sql`
    select id, function_id as "functionId", status, event_ids from runs
    where id > ${ids.at(-1) ?? '~'} and event_ids && ${ids}::text[] limit 1000`;
  const runsOf = (id: string) => runs.filter((run) => run.event_ids.includes(id));
  const events = list.map((row) => ({ ...row, payload: shown(row.payload), runs: runsOf(row.id) }));
  return { events, next };
}

export async function cancelRun(core: Core, run_id: string): Promise<Reply> {
  const [run] = await core.sql`select function_id from runs where id = ${run_id}`;
  if (!run) throw new Refused(404, 'run not found');
  const job = { run_id, function_id: run.function_id };
  core.hand(await atomically(core, (core) => endRun(core, job, CANCELLED)));
  return { status: 200 };
}

/** Starts ended runs anew, each as a run of its own. Left out: what was replayed, lost its function or event, may not run. */
export async function replayRuns(core: Core, ids: string[]): Promise<string[]> {
  const replayed: string[] = [];
  for (const id of ids) {
    const replay = newId();
    const jobs = await atomically(core, async (core) => {
      const [run] = await core.sql`
        update runs set replayed_by = ${replay} where id = ${id} and ended_at is not null and replayed_by is null
        returning function_id, event_ids`;
      if (!run) return [];
      const { started, ready } = await startHeld(core, replay, run.function_id, run.event_ids);
      if (started) replayed.push(replay);
      else await core.sql`update runs set replayed_by = null where id = ${id}`;
      return ready;
    });
    core.hand(jobs);
  }
  return replayed;
}

type Which = { function?: string; from?: string; to?: string; confirm?: number };

/**
 * Starts failed runs not replayed yet anew, oldest first: of a function, started in a time. Says how many it would be;
 * does it only when told `confirm` with that number.
 */
export async function replayFailures(core: Core, which: Which): Promise<object> {
  const { function: fn = null, from = 0, to = Date.now(), confirm } = which;
  const [first, last] = [new Date(from || 0), new Date(to || Date.now())];
  if (Number.isNaN(first.getTime() + last.getTime()))
    throw new Refused(400, `"${from}" or "${to}" is not a date`);
  const rows = await core.sql`
    select id from runs where status = 'failed' and replayed_by is null
      and (${fn || null}::text is null or function_id = ${fn || null}) and started_at between ${first} and ${last}
    order by id limit ${MAX_REPLAYS}`;
  if (confirm === undefined) return { count: rows.length, most: MAX_REPLAYS };
  if (confirm !== rows.length) throw new Refused(409, `there are ${rows.length} failed runs now`);
  return {
    replayed: await replayRuns(
      core,
      rows.map(({ id }) => id),
    ),
  };
}

const METRICS = `
  select 'inngest_runner_runs' as name, json_build_object('function', function_id, 'status', status) as labels,
    count(*)::float8 as value from runs group by function_id, status
  union all select 'inngest_runner_queue', json_build_object('kind', kind, 'taken', locked_by is not null), count(*)
    from queue group by kind, locked_by is not null
  union all select 'inngest_runner_events', '{}', count(*) from events
  union all select 'inngest_runner_lag_seconds', '{}', coalesce(extract(epoch from now() - min(due_at)), 0)
    from queue where locked_by is null and due_at < now()`;

export async function metrics({ sql }: Core, counts: Record<string, number>): Promise<string> {
  const { user, system } = process.cpuUsage();
  const calls = Object.entries(counts).map(([state, value]) => ({
    name: 'inngest_runner_calls',
    labels: { state },
    value,
  }));
  const samples = [
    ...(await sql.unsafe(METRICS)),
    ...calls,
    { name: 'process_resident_memory_bytes', labels: {}, value: process.memoryUsage().rss },
    { name: 'process_cpu_seconds_total', labels: {}, value: (user + system) / 1e6 },
  ].map(({ name, labels, value }) => {
    const list = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(`${text}`)}`);
    return { name, line: `${name}${list.length > 0 ? `{${list}}` : ''} ${value}\n` };
  });
  return Object.entries(Object.groupBy(samples, ({ name }) => name))
    .map(([name, of = []]) => {
      const type = name.endsWith('_total') ? 'counter' : 'gauge';
      return `# TYPE ${name} ${type}\n${of.map(({ line }) => line).join('')}`;
    })
    .join('');
}
