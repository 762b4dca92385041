import type { Sql } from './database.ts';
import type { Job } from './job.ts';
import { DAY_MS, defaultBackoffMs } from './protocol.ts';
import type { Registry } from './registry.ts';

export type RunnerOptions = {
  databaseUrl: string;
  /** 0 takes a free one. */
  port: number;
  /** Asked for (HTTP basic, any name) by the page, the API and the metrics. */
  password?: string;
  /** The address of the app's serve handler, e.g. `http://127.0.0.1:3000/api/inngest`. */
  appUrl?: string;
  /** Without a signing key the runner is in dev mode: nothing is signed or checked. */
  signingKey?: string;
  signingKeyFallback?: string;
  /**
   * A connection to the database was lost (once per runner). The driver (postgres.js 3.4) may leave such a pool hanging
   * or throw outside any promise, so the one safe thing is to end this process and start anew: nothing is lost by it.
   */
  onDatabaseLost?: () => void;
} & Partial<Defaults>;

type Defaults = {
  /** The Postgres schema that holds everything; created when missing. */
  schema: string;
  /** Another address than the loopback needs a password, and keys. */
  host: string;
  eventKeys: string[];
  /** Wait before the attempt after `attempt` (0 = first), in milliseconds. Default: the real server's table. */
  backoffMs: (attempt: number) => number;
  /** Calls to the app at one time. */
  maxCalls: number;
  /** How long one call may take before it counts as failed. */
  callTimeoutMs: number;
  /** How long ended runs and old events are kept. */
  keepHistoryMs: number;
  /** A tick of a schedule missed while no runner was there: made up by one run (`once`), or left out. */
  missedTicks: 'once' | 'skip';
  log: (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;
};

const DEFAULTS: Defaults = {
  schema: 'inngest_runner',
  host: '127.0.0.1',
  eventKeys: [],
  backoffMs: defaultBackoffMs,
  maxCalls: 50,
  callTimeoutMs: 15 * 60_000,
  keepHistoryMs: 7 * DAY_MS,
  missedTicks: 'once',
  log(level, message, fields) {
    const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
    (level === 'info' ? console.log : console.error)(line);
  },
};

/** The options with their defaults. Throws if they would open the runner to strangers. */
export function readOptions(options: RunnerOptions) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULTS, ...given, dev: !options.signingKey } as RunnerOptions &
    Defaults & { dev: boolean };
  if (!/^(127\.|localhost$|::1$)/.test(settings.host) && (!settings.password || settings.dev))
    throw new Error(`to listen on ${settings.host} the runner needs a password and a signing key`);
  return settings;
}

/** What every part of one runner shares. */
export type Core = ReturnType<typeof readOptions> & {
  sql: Sql;
  registry: Registry;
  /** This runner's number in `queue.locked_by`; alive while its presence lock is held. */
  runnerId: number;
  /** The lock to write into a new row that is due: ours if we have room and no concurrency key must be asked first. */
  lockFor(keys: string[] | null): number | null;
  /** Takes rows over that were written with our lock, and looks for others if some were not. Call after the commit. */
  hand(jobs: Job[]): void;
  /** Repeats database work while the database is away. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  /** A call did not reach the app. */
  unreachable(): void;
  onLost(): void;
};
