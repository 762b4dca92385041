import type { Sql } from './database.ts';
import type { Job } from './job.ts';
import type { Registry } from './registry.ts';

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** What every part of one runner shares. */
export type Core = {
  sql: Sql;
  schema: string;
  /** This runner's number in `queue.locked_by`; alive while its presence lock is held. */
  runnerId: number;
  registry: Registry;
  signingKey?: string;
  backoffMs: (attempt: number) => number;
  callTimeoutMs: number;
  /** A tick missed while no runner was there: made up by one run, or left out. */
  missedTicks: 'once' | 'skip';
  log: Log;
  /** The lock to write into a new row that is due: ours if we have room and no concurrency key must be asked first. */
  lockFor(keys: string[] | null): number | null;
  /** Takes rows over that were written with our lock, and looks for others if some were not. Call after the commit. */
  hand(jobs: Job[]): void;
  /** A call did not reach the app. */
  unreachable(): void;
  /** Repeats database work while the database is away. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
};
