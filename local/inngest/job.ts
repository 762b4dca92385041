import { type AnySql, rowsOf } from './database.ts';
import { newId } from './event.ts';

/**
 * One row of the queue, with the names of its columns: something that a run still waits for, a schedule's next tick, or
 * events held back before their run. A running run always has at least one; a run whose process was killed goes on from
 * its rows alone.
 */
export type Job = {
  id: string;
  kind: keyof typeof OPS | 'call' | 'timeout' | 'cancel' | 'cron' | 'debounce' | 'batch';
  function_id: string;
  /** Null for a schedule and for events held back. */
  run_id: string;
  /** `step` for a call of the whole function, else the hashed id of the one step. */
  step_id: string;
  name: string;
  attempt: number;
  /** Raised by each retry and each take-over; an answer or checkpoint of an older one is refused. */
  generation: number;
  version: number;
  plan_only: boolean;
  race: boolean;
  due_at: Date;
  locked_by: number | null;
  /** Concurrency keys with their limits; not null means that the claim must ask first. */
  keys: string[] | null;
  limits?: number[] | null;
  /** Seconds ahead of (or, negative, behind) the others of its function when slots are scarce. */
  priority: number;
  /** The rate that this start must still pass. */
  throttle?: string | null;
  event_name?: string | null;
  expression?: string | null;
  /** What an event must hold for the expression to be true, as far as an index can tell. */
  awaited?: string | null;
  /** The request of a `fetch`, as JSON. */
  request?: string | null;
  /** Ids of the events held back. */
  events?: string[] | null;
  /** A schedule: its tick, before the jitter. A debounce: when it can be put off no further. A finish: the deadline. */
  at?: Date | null;
  error?: string | null;
  /** The run's events when they are known without reading: the first call of a run. Not stored. */
  fresh?: string[] | null;
};

/** The kinds of rows that are an open step, and what the SDK calls them. */
export const OPS = {
  ...{
    sleep: 'Sleep',
    wait: 'WaitForEvent',
    signal: 'WaitForSignal',
    invoke: 'InvokeFunction',
    fetch: 'Gateway',
  },
} as const;

/** A row for the run of `like`, due now and unlocked unless told otherwise. */
export function createJob(
  like: Pick<Job, 'function_id' | 'run_id'> & Partial<Job>,
  fields: Partial<Job> = {},
): Job {
  const { function_id, run_id, version = -1, limits, priority = 0 } = like;
  // A start that only had to pass its throttle is as free as any other afterwards.
  const keys = like.keys?.length || priority ? (like.keys ?? []) : null;
  return {
    ...{
      id: newId(),
      kind: 'call' as const,
      step_id: 'step',
      name: '',
      attempt: 0,
      generation: 1,
      locked_by: null,
    },
    ...{
      plan_only: false,
      race: false,
      due_at: new Date(),
      function_id,
      run_id,
      version,
      keys,
      limits,
      priority,
    },
    ...fields,
  };
}

/** Inserts rows that are not there yet and whose step has no result yet; gives the ids of those inserted. */
export async function insertJobs(sql: AnySql, jobs: Job[]): Promise<Set<string>> {
  if (jobs.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    insert into queue select * from ${rowsOf(sql, 'queue', jobs)} as x
    where not exists (select from steps s where s.run_id = x.run_id and s.id = x.step_id)
    on conflict (run_id, step_id) where step_id <> 'step' do nothing returning id`;
  return new Set(rows.map((row) => row.id));
}
