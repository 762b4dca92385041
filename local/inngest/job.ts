import type { AnySql } from './database.ts';
import { newId } from './event.ts';

/**
 * One row of the queue: something that a run still waits for. A running run always has at least one; a run whose
 * process was killed goes on from its rows alone.
 */
export type Job = {
  id: string;
  kind: 'call' | 'sleep' | 'wait' | 'signal' | 'invoke' | 'cron';
  functionId: string;
  runId: string;
  /** `step` for a call of the whole function, else the hashed id of the one step. */
  stepId: string;
  name: string;
  attempt: number;
  /** Raised by each retry and each take-over; an answer or checkpoint of an older one is refused. */
  generation: number;
  version: number;
  planOnly: boolean;
  race: boolean;
  dueAt: number;
  lockedBy: number | null;
  keys: string[] | null;
  limits: number[] | null;
  eventName?: string | null;
  expression?: string | null;
  error?: string | null;
  /** The run's events when they are known without reading: the first call of a run started here. */
  freshEvents?: string[];
};

/** A row for the run of `like`, due now and unlocked unless told otherwise. */
export function createJob(
  like: Pick<Job, 'functionId' | 'runId' | 'version' | 'keys' | 'limits'>,
  fields: Partial<Job>,
): Job {
  return {
    id: newId(),
    kind: 'call',
    functionId: like.functionId,
    runId: like.runId,
    stepId: 'step',
    name: '',
    attempt: 0,
    generation: 1,
    version: like.version,
    planOnly: false,
    race: false,
    dueAt: Date.now(),
    lockedBy: null,
    keys: like.keys,
    limits: like.limits,
    ...fields,
  };
}

/** The row as JSON for `insertJobs`; snake case, as the columns. */
export function jobRow(job: Job) {
  return {
    id: job.id,
    kind: job.kind,
    function_id: job.functionId,
    run_id: job.runId,
    step_id: job.stepId,
    name: job.name.replaceAll('\0', ''),
    attempt: job.attempt,
    generation: job.generation,
    version: job.version,
    plan_only: job.planOnly,
    race: job.race,
    due_at: new Date(job.dueAt),
    locked_by: job.lockedBy,
    keys: job.keys,
    limits: job.limits,
    event_name: job.eventName ?? null,
    expression: job.expression ?? null,
  };
}

export const JOB_RECORD = `(id text, kind text, function_id text, run_id text, step_id text, name text, attempt int,
  generation int, version int, plan_only boolean, race boolean, due_at timestamptz, locked_by int, keys text[], limits int[],
  event_name text, expression text)`;
export const JOB_COLUMNS =
  'id, kind, function_id, run_id, step_id, name, attempt, generation, version, plan_only, race, due_at, locked_by, keys, limits, event_name, expression';

/** Inserts rows that are not there yet and whose step has no result yet; gives the ids of those inserted. */
export async function insertJobs(sql: AnySql, jobs: Job[]): Promise<Set<string>> {
  if (jobs.length === 0) return new Set();
  const rows = await sql.unsafe(
    `insert into queue (${JOB_COLUMNS})
     select ${JOB_COLUMNS} from json_to_recordset($1::text::json) as x ${JOB_RECORD}
     where not exists (select from steps s where s.run_id = x.run_id and s.id = x.step_id)
     on conflict (run_id, step_id) where step_id <> 'step' do nothing returning id`,
    [JSON.stringify(jobs.map(jobRow))],
    { prepare: true },
  );
  return new Set(rows.map((row) => row.id as string));
}

/** A claimed row as a Job. */
export function readJob(row: Record<string, unknown>): Job {
  return {
    id: row.id as string,
    kind: row.kind as Job['kind'],
    functionId: row.function_id as string,
    runId: row.run_id as string,
    stepId: row.step_id as string,
    name: row.name as string,
    attempt: row.attempt as number,
    generation: row.generation as number,
    version: row.version as number,
    planOnly: row.plan_only as boolean,
    race: row.race as boolean,
    dueAt: (row.due_at as Date).getTime(),
    lockedBy: row.locked_by as number | null,
    keys: row.keys as string[] | null,
    limits: row.limits as number[] | null,
    eventName: row.event_name as string | null,
    expression: row.expression as string | null,
    error: row.error as string | null,
  };
}
