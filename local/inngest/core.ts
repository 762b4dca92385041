import type { Job, Sql } from './database.ts';
import { DAY_MS, defaultBackoffMs } from './protocol.ts';
import type { Registry } from './registry.ts';

/** What may be left out; the README's variables say what each is. */
const DEFAULTS = {
  schema: 'inngest_runner',
  host: '127.0.0.1',
  eventKeys: [] as string[],
  /** The wait before the attempt after this one (0 = first); a number is always the same. */
  backoffMs: defaultBackoffMs as number | ((attempt: number) => number),
  maxCalls: 50,
  callTimeoutMs: 15 * 60_000,
  keepHistoryMs: 7 * DAY_MS,
  missedTicks: 'once' as 'once' | 'skip',
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void {
    const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
    (level === 'info' ? console.log : console.error)(line);
  },
};

export type RunnerOptions = Partial<typeof DEFAULTS> & {
  databaseUrl: string;
  port: number;
  password?: string;
  /** Of the app's serve handler, e.g. `http://127.0.0.1:3000/api/inngest`. */
  appUrl?: string;
  /** Without a signing key the runner is in dev mode: nothing is signed or checked. */
  signingKey?: string;
  signingKeyFallback?: string;
  /** The driver (postgres.js 3.4) may leave a lost pool hanging: end the process and start anew, nothing is lost by it. */
  onDatabaseLost?: () => void;
};

/** The options with their defaults. Throws if they would open the runner to strangers. */
export function settingsOf(options: RunnerOptions) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULTS, dev: !options.signingKey, ...(given as RunnerOptions) };
  if (!/^(127\.|localhost$|::1$)/.test(settings.host) && (!settings.password || settings.dev))
    throw new Error(`to listen on ${settings.host} the runner needs a password and a signing key`);
  return settings as RunnerOptions & typeof DEFAULTS & { dev: boolean };
}

export type Core = ReturnType<typeof settingsOf> & {
  /** The pool, or within `atomically` its transaction. */
  sql: Sql;
  within?: true;
  registry: Registry;
  /** This runner's number in `queue.locked_by`; alive while its presence lock is held. */
  runnerId: number;
  /** The lock to write into a new row that is due: ours if we have room and no concurrency key must be asked first. */
  lockFor(keys: string[] | null): number | null;
  /** Takes rows over that were written with our lock, and looks for others if some were not. Call after the commit. */
  hand(jobs: Job[]): void;
  /** Repeats database work while the database is away. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  unreachable(): void;
  onLost(): void;
};

/** Does work in one transaction: its own, or the one that it is already in. */
export function atomically<T>(core: Core, work: (core: Core) => Promise<T>): Promise<T> {
  if (core.within) return work(core);
  return core.sql.begin((tx) => work({ ...core, sql: tx as never, within: true })) as Promise<T>;
}
